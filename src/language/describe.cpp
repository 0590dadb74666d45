// Faults in plain words.
#include "calls/attributes.hpp"
#include "calls/errors.hpp"
#include "calls/signals.hpp"
#include "language/fault_keys.hpp"
#include "language/suggest.hpp"
#include "language/targets.hpp"
#include "language/values.hpp"
#include "language/words.hpp"

#include <cstring>
#include <fmt/format.h>

namespace faultline::language {

namespace {

std::string functions_of(const Plan& plan, std::size_t fault)
{
    std::vector<std::string_view> names;
    for (const auto& function : plan.view(plan.functions))
        for (const auto index : plan.view(function.faults))
            if (index == fault) names.push_back(plan.text(function.name));
    return listed(names);
}

/// What its selectors say of the calls.
std::string whose(const Plan& plan, const Fault& fault)
{
    std::string text;
    for (std::size_t i = 0; i < selector_names.size(); ++i)
        if (fault.has(static_cast<Selector>(i))) text += selector_keys()[i].say(plan, fault);
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
    for (const auto& key : trigger_keys())
        if (key.say != nullptr) text += key.say(plan, fault);
    return text;
}

} // namespace faultline::language
