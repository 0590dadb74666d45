// Which calls a fault strikes.
#include "calls/flags.hpp"
#include "language/fault_keys.hpp"
#include "language/peer_notation.hpp"
#include "language/suggest.hpp"
#include "language/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>

namespace faultline::language {

namespace {

/// A list of globs, some of them led by '!'; `problem` says what is wrong with one.
std::vector<GlobDraft> read_globs(const Field& field, const std::function<std::string(std::string_view)>& problem)
{
    std::vector<GlobDraft> globs;
    for (const auto& word : read_texts(field)) {
        const bool negated = word.text.front() == '!';
        const auto pattern = std::string_view(word.text).substr(negated ? 1 : 0);
        const auto wrong = pattern.empty() ? "a glob must follow the '!'" : problem(pattern);
        if (!wrong.empty())
            field.remarks.mistake(word.place, fmt::format("{} is {}; {}", field.key, in_quotes(word.text), wrong));
        else
            globs.push_back({std::string(pattern), negated});
    }
    return globs;
}

std::string problem_of_name(std::string_view pattern) { return glob_problem(pattern, false); }

/// Each item of an array, or the value itself.
template <class Read>
void each_item(const Field& field, const Read& read)
{
    const auto* array = field.value.as(Value::Kind::array);
    if (array == nullptr) return read(field);
    if (array->items.empty())
        field.remarks.mistake(field.value.place, fmt::format("{} is an empty array (name at least one)", field.key));
    for (const auto& item : array->items)
        read(field.with(item));
}

std::vector<std::string_view> flag_names()
{
    std::vector<std::string_view> names;
    names.reserve(calls::named_flags.size());
    for (const auto& flag : calls::named_flags)
        names.push_back(flag.name);
    return names;
}

const DescriptorSet& descriptor_set(const Plan& plan, std::uint16_t index)
{
    return plan.view(plan.descriptor_sets)[index];
}

void read_path(FaultDraft& draft, const Field& field)
{
    draft.paths = read_globs(field, [](std::string_view pattern) { return glob_problem(pattern, true); });
}

std::string say_path(const Plan& plan, const Fault& fault)
{
    return either(plan, descriptor_set(plan, fault.path_set).paths, "on");
}

void read_size(FaultDraft& draft, const Field& field)
{
    constexpr std::string_view form = "a condition such as \">= 4096\" or \"1..512\", or a number of bytes";
    std::optional<Range> range;
    if (field.value.is(Value::Kind::integer)) {
        const auto bytes = read_integer(field, 0, std::numeric_limits<std::int64_t>::max());
        if (bytes) range = Range{static_cast<std::uint64_t>(*bytes), static_cast<std::uint64_t>(*bytes)};
    } else {
        range = read_notation(field, parse_size_condition, form);
    }
    if (!range) return;
    draft.fault.size_least = range->first;
    draft.fault.size_most = range->last;
    if (!draft.fault.selects_size()) wrong(field, "every size is like that (leave it out)");
}

std::string say_size(const Plan& /*plan*/, const Fault& fault)
{
    if (fault.size_least == fault.size_most) return " of " + bytes(fault.size_least);
    if (fault.size_most == unlimited) return fmt::format(" of {} or more", bytes(fault.size_least));
    if (fault.size_least == 0) return fmt::format(" of at most {}", bytes(fault.size_most));
    return fmt::format(" of {} to {}", fault.size_least, bytes(fault.size_most));
}

void read_fd(FaultDraft& draft, const Field& field)
{
    each_item(field, [&](const Field& item) {
        const auto number = read_integer(item, 0, std::numeric_limits<std::int32_t>::max());
        if (number) draft.descriptors.push_back(static_cast<std::int32_t>(*number));
    });
}

std::string say_fd(const Plan& plan, const Fault& fault)
{
    std::vector<std::string> words;
    for (const auto fd : plan.view(fault.descriptors))
        words.push_back(std::to_string(fd));
    return " on descriptor " + joined(words);
}

void read_fd_kind(FaultDraft& draft, const Field& field)
{
    each_item(field, [&](const Field& item) {
        if (const auto choice = read_choice(item, kind_names)) draft.kinds |= 1U << *choice;
    });
    if ((draft.kinds & every_kind) == every_kind)
        field.remarks.mistake(field.value.place, "fd_kind names every kind (leave it out)");
}

std::string say_fd_kind(const Plan& plan, const Fault& fault)
{
    std::vector<std::string> words;
    for (std::size_t kind = 0; kind < kind_names.size(); ++kind)
        if ((descriptor_set(plan, fault.kind_set).kinds >> kind & 1U) != 0) words.emplace_back(kind_names[kind]);
    return " on a " + joined(words);
}

void read_peer(FaultDraft& draft, const Field& field)
{
    for (const auto& word : read_texts(field)) {
        auto reading = parse_peer(word.text);
        if (reading.value)
            draft.peers.push_back(std::move(*reading.value));
        else
            field.remarks.mistake(word.place, fmt::format("peer is {}; {}", in_quotes(word.text), reading.problem));
    }
}

std::string say_peer(const Plan& plan, const Fault& fault)
{
    std::vector<std::string> wanted;
    std::vector<std::string> unwanted;
    for (const auto& peer : plan.view(descriptor_set(plan, fault.peer_set).peers))
        (peer.negated != 0 ? unwanted : wanted).push_back(peer_text(peer, plan.text(peer.pattern)));
    return either(wanted, unwanted, "with peer");
}

void read_flags(FaultDraft& draft, const Field& field)
{
    for (const auto& word : read_texts(field)) {
        const bool negated = word.text.front() == '!';
        const auto name = std::string_view(word.text).substr(negated ? 1 : 0);
        const auto* const flag = std::find_if(calls::named_flags.begin(), calls::named_flags.end(),
                                              [&](const calls::NamedFlag& known) { return known.name == name; });
        if (flag == calls::named_flags.end())
            field.remarks.mistake(word.place,
                                  fmt::format("unknown flag {}{}", in_quotes(name), did_you_mean(name, flag_names())));
        else
            draft.flags.push_back({flag->kind, static_cast<std::uint8_t>(negated ? 1 : 0), flag->mask, flag->value});
    }
}

std::string say_flags(const Plan& plan, const Fault& fault)
{
    std::vector<std::string> set;
    std::vector<std::string> clear;
    for (const auto& test : plan.view(fault.flags))
        for (const auto& flag : calls::named_flags)
            if (flag.kind == test.kind && flag.mask == test.mask && flag.value == test.value) {
                (test.negated != 0 ? clear : set).emplace_back(flag.name);
                break;
            }
    std::string text;
    if (!set.empty()) text += " with " + joined(set, "and");
    if (!clear.empty()) text += " without " + joined(clear, "and");
    return text;
}

void read_caller(FaultDraft& draft, const Field& field)
{
    for (auto& glob : read_globs(field, problem_of_name)) {
        const auto mark = glob.pattern.find('!');
        CallerDraft caller{glob.pattern.substr(0, mark), {}, glob.negated};
        if (mark != std::string::npos) caller.function = glob.pattern.substr(mark + 1);
        if (caller.module.empty() || (mark != std::string::npos && caller.function.empty()))
            return wrong(field, "it must be a module such as \"libc.so*\", or \"module!function\"");
        if (caller.module.find('/') != std::string::npos)
            return wrong(field, "a module is named by its file's last part (write it without directories)");
        draft.callers.push_back(std::move(caller));
    }
}

std::string say_caller(const Plan& plan, const Fault& fault)
{
    std::vector<std::string> wanted;
    std::vector<std::string> unwanted;
    for (const auto& glob : plan.view(plan.view(plan.caller_sets)[fault.caller_set])) {
        const auto function = plan.text(glob.function);
        (glob.negated != 0 ? unwanted : wanted)
            .push_back(fmt::format("{}{}{}", plan.text(glob.module), function.empty() ? "" : "!", function));
    }
    return either(wanted, unwanted, "from");
}

void read_site(FaultDraft& draft, const Field& field)
{
    for (const auto& word : read_texts(field)) {
        std::uint32_t site = 0;
        const auto* const last = word.text.data() + word.text.size();
        const auto [end, error] = std::from_chars(word.text.data(), last, site, 16);
        if (error != std::errc{} || end != last || word.text.size() != 8)
            field.remarks.mistake(word.place, fmt::format("site is {}; it must be eight hexadecimal digits, as events "
                                                          "show them (\"9f0c5ad1\")",
                                                          in_quotes(word.text)));
        else
            draft.sites.push_back(site);
    }
}

std::string say_site(const Plan& plan, const Fault& fault)
{
    std::vector<std::string> sites;
    for (const auto site : plan.view(fault.sites))
        sites.push_back(fmt::format("{:08x}", site));
    return " from site " + joined(sites);
}

void read_thread(FaultDraft& draft, const Field& field)
{
    draft.threads = read_globs(field, [](std::string_view pattern) {
        const bool plain = pattern.find_first_of("*?[") == std::string_view::npos;
        if (plain && pattern.size() > 15)
            return std::string("a thread's name has at most 15 characters (cut it there)");
        return glob_problem(pattern, false);
    });
}

std::string say_thread(const Plan& plan, const Fault& fault)
{
    return either(plan, plan.view(plan.thread_sets)[fault.thread_set], "in thread");
}

void read_program(FaultDraft& draft, const Field& field)
{
    draft.program_globs = read_globs(field, [](std::string_view pattern) {
        if (pattern.find('/') != std::string_view::npos)
            return std::string("a program's name has no '/' (write its last part)");
        return glob_problem(pattern, false);
    });
}

void read_lineage(FaultDraft& draft, const Field& field)
{
    draft.lineage_globs = read_globs(field, [](std::string_view pattern) {
        if (pattern.find_first_not_of("0123456789.x*?[]!-") != std::string_view::npos)
            return std::string("a place in the tree is made of numbers and dots (\"0.2.*\")");
        return glob_problem(pattern, false);
    });
}

void read_after_fault(FaultDraft& draft, const Field& field)
{
    if (auto name = read_text(field, "the name of another fault")) draft.after_fault = {*name, field.value.place};
}

std::string say_after_fault(const Plan& plan, const Fault& fault)
{
    return fmt::format(" once fault '{}' has fired", plan.text(plan.view(plan.faults)[fault.after_fault].name));
}

constexpr FaultKey selector_rows[] = {
#define SELECTOR(key, cost, scope, takes, why_not, help) {#key, all_types, no_types, read_##key, help, say_##key},
#define GLOBS(key, cost, scope, takes, why_not, as_in, help)                                                           \
    {#key,     all_types,                                                                                              \
     no_types, read_##key,                                                                                             \
     help,     [](const Plan& plan, const Fault& fault) { return either(plan, fault.key##_globs, as_in); }},
#include "plan/selectors.def"
};

} // namespace

std::span<const FaultKey> selector_keys() { return selector_rows; }

void resolve_after_fault(std::vector<FaultDraft>& faults, Remarks& remarks)
{
    for (auto& waiting : faults) {
        if (!waiting.has("after_fault") || waiting.after_fault.text.empty())
            continue; // not given, or already a mistake
        const auto& name = waiting.after_fault.text;
        const auto& place = waiting.after_fault.place;
        const auto awaited = std::ranges::find_if(faults, [&](const auto& each) { return each.name.text == name; });
        if (awaited == faults.end()) {
            std::vector<std::string_view> names;
            for (const auto& each : faults)
                if (&each != &waiting) names.push_back(each.name.text);
            remarks.mistake(place,
                            fmt::format("no fault has the name {}{}", in_quotes(name), did_you_mean(name, names)));
            continue;
        }
        awaited->fault.awaited = true;
        waiting.fault.after_fault = static_cast<std::uint16_t>(awaited - faults.begin());
        if (!awaited->fault.enabled && waiting.fault.enabled)
            remarks.warning(place, fmt::format("fault {} is off, so this one does not begin", in_quotes(name)));
    }
    for (const auto& waiting : faults) {
        auto at = waiting.fault.after_fault;
        for (std::size_t steps = 0; at != no_index && steps < faults.size(); ++steps)
            at = faults[at].fault.after_fault;
        if (at == no_index) continue;
        return remarks.mistake(waiting.after_fault.place,
                               "it would wait for itself, and never begin (name a fault that does not wait for it)");
    }
}

} // namespace faultline::language
