// Faults in plain words.
#include "calls/attributes.hpp"
#include "calls/errors.hpp"
#include "calls/flags.hpp"
#include "calls/signals.hpp"
#include "language/peer_notation.hpp"
#include "language/suggest.hpp"
#include "language/targets.hpp"
#include "language/values.hpp"

#include <cstring>
#include <fmt/format.h>

namespace faultline::language {

namespace {

std::string percent(double share)
{
    const double value = share * 100;
    if (value != 0 && value < 0.01) return fmt::format("{:.2g} %", value);
    return fmt::format("{} %", static_cast<double>(static_cast<std::int64_t>(value * 100 + 0.5)) / 100);
}

/// In the largest unit in which it is a whole number.
std::string duration(std::uint64_t ns)
{
    struct Unit {
        std::uint64_t of;
        std::string_view name;
    };
    constexpr Unit units[] = {{3'600'000'000'000, "h"}, {60'000'000'000, "m"}, {1'000'000'000, "s"},
                              {1'000'000, "ms"},        {1'000, "us"},         {1, "ns"}};
    for (const auto& unit : units)
        if (ns != 0 && ns % unit.of == 0) return fmt::format("{}{}", ns / unit.of, unit.name);
    return "0s";
}

std::string bytes(std::uint64_t count) { return fmt::format("{} byte{}", count, count == 1 ? "" : "s"); }

std::string functions_of(const Plan& plan, std::size_t fault)
{
    std::vector<std::string_view> names;
    for (const auto& function : plan.view(plan.functions))
        for (const auto index : plan.view(function.faults))
            if (index == fault) names.push_back(plan.text(function.name));
    return listed(names);
}

/// " PREPOSITION a or b but not c".
std::string globs(const Plan& plan, Slice<Glob> set, std::string_view preposition)
{
    std::vector<std::string_view> wanted;
    std::vector<std::string_view> unwanted;
    for (const auto& glob : plan.view(set))
        (glob.negated != 0 ? unwanted : wanted).push_back(plan.text(glob.pattern));
    std::string text;
    if (!wanted.empty()) text += fmt::format(" {} {}", preposition, one_of(wanted));
    if (!unwanted.empty())
        text += fmt::format("{} not {} {}", wanted.empty() ? "" : " but", preposition, one_of(unwanted));
    return text;
}

std::string joined(const std::vector<std::string>& words, std::string_view conjunction = "or")
{
    return one_of(std::vector<std::string_view>(words.begin(), words.end()), conjunction);
}

// say_KEY: what a selector says of the calls, led by a blank. Only of faults that have it.
#define SAY(key) std::string say_##key([[maybe_unused]] const Plan& plan, const Fault& fault)

const DescriptorSet& descriptor_set(const Plan& plan, std::uint16_t index)
{
    return plan.view(plan.descriptor_sets)[index];
}

/// " PREPOSITION a or b but not c".
std::string either(const std::vector<std::string>& wanted, const std::vector<std::string>& unwanted,
                   std::string_view preposition)
{
    std::string text;
    if (!wanted.empty()) text += fmt::format(" {} {}", preposition, joined(wanted));
    if (!unwanted.empty())
        text += fmt::format("{} not {} {}", wanted.empty() ? "" : " but", preposition, joined(unwanted));
    return text;
}

SAY(fd)
{
    std::vector<std::string> words;
    for (const auto fd : plan.view(fault.descriptors))
        words.push_back(std::to_string(fd));
    return " on descriptor " + joined(words);
}

SAY(path) { return globs(plan, descriptor_set(plan, fault.path_set).paths, "on"); }

SAY(fd_kind)
{
    std::vector<std::string> words;
    for (std::size_t kind = 0; kind < kind_names.size(); ++kind)
        if ((descriptor_set(plan, fault.kind_set).kinds >> kind & 1U) != 0) words.emplace_back(kind_names[kind]);
    return " on a " + joined(words);
}

SAY(peer)
{
    std::vector<std::string> wanted;
    std::vector<std::string> unwanted;
    for (const auto& peer : plan.view(descriptor_set(plan, fault.peer_set).peers))
        (peer.negated != 0 ? unwanted : wanted).push_back(peer_text(peer, plan.text(peer.pattern)));
    return either(wanted, unwanted, "with peer");
}

SAY(size)
{
    if (fault.size_least == fault.size_most) return " of " + bytes(fault.size_least);
    if (fault.size_most == unlimited) return fmt::format(" of {} or more", bytes(fault.size_least));
    if (fault.size_least == 0) return fmt::format(" of at most {}", bytes(fault.size_most));
    return fmt::format(" of {} to {}", fault.size_least, bytes(fault.size_most));
}

SAY(flags)
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

SAY(caller)
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

SAY(site)
{
    std::vector<std::string> sites;
    for (const auto site : plan.view(fault.sites))
        sites.push_back(fmt::format("{:08x}", site));
    return " from site " + joined(sites);
}

SAY(thread) { return globs(plan, plan.view(plan.thread_sets)[fault.thread_set], "in thread"); }

std::string whose(const Plan& plan, const Fault& fault)
{
    std::string text;
#define SELECTOR(key, ...)                                                                                             \
    if (fault.has(Selector::key)) text += say_##key(plan, fault);
#define GLOBS(key, cost, scope, takes, why_not, as_in, help) text += globs(plan, fault.key##_globs, as_in);
#include "plan/selectors.def"
    return text;
}

std::string waits(const Delay& delay)
{
    using enum Delay::Shape;
    std::string text;
    switch (delay.shape) {
    case none:
        return {};
    case fixed:
        return "wait " + duration(delay.low);
    case uniform:
        return fmt::format("wait {} to {}", duration(delay.low), duration(delay.high));
    case normal:
        text = fmt::format("wait about {} (normal, stddev {}", duration(delay.mean), duration(delay.stddev));
        break;
    case exponential:
        text = fmt::format("wait {} on average (exponential", duration(delay.mean));
        break;
    case pareto:
        text = fmt::format("wait {} on average (pareto, stddev {}", duration(delay.mean), duration(delay.stddev));
        break;
    }
    if (delay.low != 0) text += ", at least " + duration(delay.low);
    if (delay.high != unlimited) text += ", at most " + duration(delay.high);
    return text + ")";
}

std::string fails(const Plan& plan, const Fault& fault)
{
    const auto errors = plan.view(fault.errors);
    std::vector<std::string> choices;
    std::uint32_t before = 0;
    bool equal = true;
    for (const auto& error : errors) {
        equal = equal && error.weight_to_here - before == errors[0].weight_to_here;
        before = error.weight_to_here;
    }
    before = 0;
    for (const auto& error : errors) {
        auto name = std::string(calls::error_name(error.code));
        if (!equal)
            name += fmt::format(" ({})", percent(static_cast<double>(error.weight_to_here - before) /
                                                 static_cast<double>(errors.back().weight_to_here)));
        before = error.weight_to_here;
        choices.push_back(std::move(name));
    }
    const std::vector<std::string_view> names(choices.begin(), choices.end());
    auto text = errors.empty() ? std::string("fail with one of the errors that can really happen to them")
                               : "fail with " + one_of(names);
    if (fault.has_returns) text += fmt::format(", returning {}", fault.returns);
    if (fault.after_failure == AfterFailure::keep) text += ", with the data taken for written";
    if (fault.after_failure == AfterFailure::revert) text += ", with what the file held when it was last synced back";
    if (fault.after_failure == AfterFailure::late)
        text = fmt::format("report success without writing, and {} at the file's next sync", text);
    return text;
}

/// "size 0, mode 0644 and mtime 1h earlier".
std::string attributes_of(const Plan& plan, const Fault& fault)
{
    std::vector<std::string> words;
    for (const auto& value : plan.view(fault.attributes)) {
        const auto& attribute = calls::attributes[value.row];
        const auto text = value.relative != 0
                              ? fmt::format("{} {}", duration(static_cast<std::uint64_t>(std::abs(value.number))),
                                            value.number < 0 ? "earlier" : "later")
                          : attribute.notation == calls::Attribute::Notation::mode ? fmt::format("{:04o}", value.number)
                                                                                   : fmt::format("{}", value.number);
        words.push_back(fmt::format("{} {}", attribute.name, text));
    }
    return joined(words, "and");
}

std::string corrupts(const Plan& plan, const Fault& fault)
{
    if (fault.attributes.count != 0) return "proceed and tell " + attributes_of(plan, fault);
    const auto mode = mode_names[static_cast<std::size_t>(fault.mode)];
    auto text =
        fault.amount.bytes != 0 ? bytes(fault.amount.bytes) : percent(share_of(fault.amount.share)) + " of the bytes";
    if (fault.contiguous) text += " in one run";
    if (fault.range_last != unlimited)
        text += fmt::format(" among bytes {} to {}", fault.range_first, fault.range_last);
    else if (fault.range_first != 0)
        text += fmt::format(" from byte {} on", fault.range_first);
    return fmt::format("proceed with {} {} ({})", text, fault.mode == Mode::truncate ? "cut off" : "damaged", mode);
}

std::string signal_text(std::int32_t number)
{
    const auto name = calls::signal_name(number);
    return name.empty() ? fmt::format("SIGRTMIN+{}", number - 34) : std::string(name);
}

std::string crashes(const Fault& fault)
{
    const auto end = fault.status >= 0 ? fmt::format("end the process with status {}", fault.status)
                                       : fmt::format("end the process by {}", signal_text(fault.signal));
    if (fault.moment == Moment::after) return "proceed and then " + end;
    return fault.moment == Moment::torn ? "write half, where they write, and then " + end : end;
}

std::string tells(const Fault& fault)
{
    std::string text = "tell another time";
    if (fault.clock_offset != 0)
        text += fmt::format(", {} {}", duration(static_cast<std::uint64_t>(std::abs(fault.clock_offset))),
                            fault.clock_offset < 0 ? "behind" : "ahead");
    if (fault.clock_speed != 1) text += fmt::format(", by a clock that goes {} times as fast", fault.clock_speed);
    return text;
}

std::string resets(const Plan& plan, const Fault& fault)
{
    return "break the connection for good, as a reset by the peer does" +
           (fault.errors.count == 0 ? std::string() : ", and " + fails(plan, fault));
}

std::string holds(const Plan& plan, const Fault& fault)
{
    auto text = fmt::format("wait until {} exists", in_quotes(plan.text(fault.file)));
    if (fault.delay.shape != Delay::Shape::none)
        text += fmt::format(", at most {},", waits(fault.delay).substr(std::strlen("wait ")));
    return text + " and proceed";
}

std::string does(const Plan& plan, const Fault& fault)
{
    switch (fault.type) {
    case Type::error:
        return fails(plan, fault);
    case Type::delay:
        return "proceed";
    case Type::timeout:
        return fault.delay.shape == Delay::Shape::none ? "wait as long as the caller allows and time out"
                                                       : waits(fault.delay) + ", then time out";
    case Type::hang:
        return "block until a signal ends them";
    case Type::corruption:
        return corrupts(plan, fault);
    case Type::shorten:
        return fault.amount.bytes != 0 ? "transfer at most " + bytes(fault.amount.bytes)
                                       : fmt::format("transfer {} of the bytes", percent(share_of(fault.amount.share)));
    case Type::drop:
        return "report success and lose what they were to do";
    case Type::returns:
        return fmt::format("return {} without being made", fault.returns);
    case Type::signal:
        return fmt::format("raise {}, then {}", signal_text(fault.signal),
                           fault.interrupt ? "fail with EINTR" : "proceed");
    case Type::crash:
        return crashes(fault);
    case Type::throttle:
        return fmt::format("proceed at {} a second", bytes(fault.rate));
    case Type::reset:
        return resets(plan, fault);
    case Type::clock:
        return tells(fault);
    case Type::move:
        return "give the block another address";
    case Type::wake:
        return "wake without a reason";
    case Type::hold:
        return holds(plan, fault);
    case Type::shuffle:
        return "list the directory in another order";
    }
    return {};
}

/// Whose matches `on` numbers, by Count.
constexpr std::string_view of_whom[] = {"",
                                        " of each thread",
                                        " of each function in each thread",
                                        " of each descriptor",
                                        " of each site",
                                        " of the whole run"};
static_assert(std::size(of_whom) == count_names.size());

/// "match 3", "matches 2, 5 and 7 to 20 in steps of 2".
std::string positions(const Plan& plan, const Fault& fault)
{
    std::vector<std::string> parts;
    bool single = true;
    for (const auto& on : plan.view(fault.on)) {
        auto text = on.last == unlimited  ? fmt::format("from {} on", on.first)
                    : on.last == on.first ? fmt::format("{}", on.first)
                                          : fmt::format("{} to {}", on.first, on.last);
        if (on.step != 1) text += fmt::format(" in steps of {}", on.step);
        single = single && on.first == on.last && parts.empty();
        parts.push_back(std::move(text));
    }
    const std::vector<std::string_view> views(parts.begin(), parts.end());
    const bool of_calls = fault.count == Count::call;
    return fmt::format("{} {}{}", of_calls ? (single ? "call" : "calls") : (single ? "match" : "matches"),
                       one_of(views, "and"), of_whom[static_cast<std::size_t>(fault.count)]);
}

} // namespace

std::string describe(const Plan& plan, const Fault& fault)
{
    const auto index = static_cast<std::size_t>(&fault - plan.view(plan.faults).data());
    const auto wait = has(fault.type, trait::waits) ? std::string() : waits(fault.delay);
    const auto effect = wait.empty() ? does(plan, fault) : fmt::format("{}, then {}", wait, does(plan, fault));
    if (!fault.enabled) return fmt::format("{}: switched off (calls would {})", plan.text(fault.name), effect);

    const bool every = fault.on.count == 0 && !fault.has_budget() && fault.burst.enter == 0;
    const auto share =
        fault.probability == unlimited ? std::string(every ? "all" : "") : percent(share_of(fault.probability)) + " of";
    auto text = fmt::format("{}: {}{}calls to {}{} {}", plan.text(fault.name), share, share.empty() ? "" : " ",
                            functions_of(plan, index), whose(plan, fault), effect);
    if (fault.on.count != 0) text += ", at " + positions(plan, fault);
    if (fault.has_budget())
        text += fmt::format(", once {} have gone through{}", bytes(fault.budget),
                            fault.count == Count::fd ? " that descriptor" : "");
    if (fault.after != 0) text += fmt::format(", from {} on", duration(fault.after));
    if (fault.until != unlimited) text += fmt::format(", until {}", duration(fault.until));
    if (fault.burst.enter != 0)
        text += fmt::format(", in runs that begin at {} of the matches and end at {}",
                            percent(share_of(fault.burst.enter)), percent(share_of(fault.burst.leave)));
    if (fault.sticky != Sticky::no)
        text += fmt::format(", and from the first on at every later match{}",
                            fault.sticky == Sticky::fault
                                ? std::string()
                                : fmt::format(" of that {}", fault.sticky == Sticky::fd ? "descriptor" : "site"));
    if (fault.max_triggers != unlimited)
        text += fault.max_triggers == 1 ? ", at most once" : fmt::format(", at most {} times", fault.max_triggers);
    return text;
}

} // namespace faultline::language
