#include "explore/families.hpp"

#include "calls/errors.hpp"
#include "calls/functions.hpp"
#include "explore/door_run.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fmt/format.h>

namespace faultline::explore {

namespace {

using calls::Spec;

bool closes(const Spec& spec) { return spec.tracks == calls::Tracks::closes || spec.acts; }
bool on_files(const Spec& spec)
{
    using enum calls::Family;
    return spec.family == io || spec.family == file || spec.family == stdio;
}
/// Whether it makes a thread or process, or takes room for something that threads share.
bool makes_runners(const Spec& spec)
{
    using enum calls::Tracks;
    const auto name = spec.function();
    const bool takes_room = name.ends_with("_init") || name.ends_with("_create");
    return (spec.family == calls::Family::thread && takes_room) || spec.tracks == threads || spec.tracks == executes ||
           spec.tracks == spawns || name == "fork" || name == "popen";
}

bool is_descriptor_limit(int code) { return code == EMFILE || code == ENFILE; }
/// Errors that have a family of their own wherever they occur.
bool is_special(int code) { return is_descriptor_limit(code) || code == ENOMEM || code == EINTR || code == EPIPE; }

struct Rule {
    Family family;
    std::string_view type;
    bool (*function)(const Spec& spec);
    bool (*error)(int code); // which of the function's environmental errors; nullptr: the effect has none
};

// A function's error belongs to the first family that takes it.
constexpr bool by_default = true;
constexpr bool on_request = false;
constexpr Rule rules[] = {
    {{"oom", by_default, "memory runs out: every allocation, and ENOMEM elsewhere"},
     "errno",
     [](const Spec& spec) { return spec.can_fail(); },
     [](int code) { return code == ENOMEM; }},
    {{"fd", by_default, "no descriptor is free: EMFILE, ENFILE"},
     "errno",
     [](const Spec& spec) { return spec.can_fail(); },
     is_descriptor_limit},
    {{"sync", by_default, "what was written does not reach the disk: fsync and its like fail"},
     "errno",
     [](const Spec& spec) { return spec.syncs; },
     [](int code) { return !is_special(code); }},
    {{"close", by_default, "closing reports what went wrong before it"},
     "errno",
     [](const Spec& spec) { return closes(spec) && on_files(spec); },
     [](int code) { return !is_special(code); }},
    {{"io", by_default, "files and streams fail: EIO, ENOSPC, EDQUOT, EROFS and the other errors of each call"},
     "errno",
     on_files,
     [](int code) { return !is_special(code); }},
    {{"net", by_default, "the network fails: each error of each call"},
     "errno",
     [](const Spec& spec) { return spec.family == calls::Family::net; },
     [](int code) { return !is_special(code); }},
    {{"thread", by_default, "no thread or process can be made, and the other errors of such calls"},
     "errno",
     makes_runners,
     [](int code) { return !is_special(code); }},
    {{"short", by_default, "a transfer moves fewer bytes than asked for"},
     "short",
     [](const Spec& spec) { return spec.can_be_short() && spec.family != calls::Family::stdio; },
     nullptr},
    {{"pipe", on_request, "the reader is gone: EPIPE, and SIGPIPE with it"},
     "errno",
     [](const Spec& spec) { return spec.can_fail(); },
     [](int code) { return code == EPIPE; }},
    {{"lock", on_request, "locks and waits fail, which most programs take for impossible"},
     "errno",
     [](const Spec& spec) { return spec.family == calls::Family::thread && !makes_runners(spec); },
     [](int code) { return !is_special(code); }},
    {{"eintr", on_request, "a signal interrupts a call: EINTR"},
     "errno",
     [](const Spec& spec) { return spec.can_be_interrupted(); },
     [](int code) { return code == EINTR; }},
    {{"time", on_request, "clocks and timers fail"},
     "errno",
     [](const Spec& spec) { return spec.family == calls::Family::time; },
     [](int code) { return !is_special(code); }},
    {{"hostile", on_request, "legal though rare: realloc moves, waits wake early, directories list in another order"},
     "move",
     [](const Spec& spec) { return spec.function() == "realloc" || spec.function() == "reallocarray"; },
     nullptr},
    {{"power", on_request, "the power fails: each disk that a cut could have left, as `faultline powerloss` has it"},
     "power",
     [](const Spec& /*spec*/) { return false; }, // it strikes no call
     nullptr},
    {{"hostile", on_request, ""}, "wake", [](const Spec& spec) { return spec.may_wake_early(); }, nullptr},
};

const Spec* spec_named(std::string_view function)
{
    const auto rows = calls::named_rows();
    const auto found = std::ranges::find_if(rows, [&](calls::Id row) { return calls::table[row].name == function; });
    return found == rows.end() ? nullptr : &calls::table[*found];
}

} // namespace

const std::vector<Family>& families()
{
    static const auto all = [] {
        std::vector<Family> result;
        for (const auto& rule : rules)
            if (!rule.family.help.empty()) result.push_back(rule.family);
        return result;
    }();
    return all;
}

std::vector<Try> tries_of(std::string_view function, const std::vector<std::string>& chosen, bool through_door)
{
    std::vector<Try> result;
    const auto* const spec = spec_named(function);
    if (spec == nullptr) return result;
    std::vector<int> taken;
    for (const auto& rule : rules) {
        if (!rule.function(*spec)) continue;
        const bool wanted = std::ranges::find(chosen, rule.family.name) != chosen.end();
        const auto add = [&](std::string_view error) {
            if (wanted) result.push_back({std::string(rule.family.name), std::string(rule.type), std::string(error)});
        };
        if (rule.error == nullptr) {
            add("");
            continue;
        }
        for (const int code : spec->fails.errors) {
            if (!rule.error(code) || std::ranges::find(taken, code) != taken.end()) continue;
            taken.push_back(code);
            add(calls::error_name(code));
        }
    }
    if (through_door) std::erase_if(result, [&](const Try& each) { return !door_does(function, each); });
    return result;
}

bool can_last(std::string_view function, std::string_view error)
{
    if (error == calls::error_name(EINTR)) return false;
    const auto* const spec = spec_named(function);
    const bool moves_data =
        spec != nullptr && (spec->in.shape != calls::Data::Shape::none || spec->out.shape != calls::Data::Shape::none);
    const bool accepts = spec != nullptr && spec->waits.error == EAGAIN;
    return error != calls::error_name(EAGAIN) || !(moves_data || accepts);
}

std::vector<std::string> spreads_to(std::string_view error)
{
    // What the kernel or a lock would need fails with ENOMEM in books, and in no machine that has run out of memory.
    if (error == calls::error_name(ENOMEM)) return {"@alloc", "mmap", "mremap", "brk", "sbrk"};
    constexpr std::array of_disks{ENOSPC, EDQUOT, EROFS, EIO};
    if (std::ranges::find(of_disks, calls::error_code(error)) == of_disks.end()) return {};
    return {fmt::format("@{}", error), "!@net", "!@memory", "!@thread"};
}

} // namespace faultline::explore
