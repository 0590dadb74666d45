// A fault as C++ writes it. It is handed to the library as text in the notation of plans, so that the same code checks
// both and says the same of what is wrong.
#pragma once

#include "faultline.h"

#include <charconv>
#include <chrono>
#include <concepts>
#include <cstdio>
#include <cstring>
#include <functional>
#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace faultline {

/// A type of fault: one of these, or any by its name in plans ("hold"). `error` is the plan's type errno, `shorten` its type
/// short. `exception` is for functions of one's own.
class Type {
public:
    constexpr Type(const char* name) : name_(name) {}
    [[nodiscard]] constexpr std::string_view name() const { return name_; }

    static const Type error, delay, timeout, corruption, shorten, drop, hang, returns, signal, crash, throttle, reset,
        clock, move, wake, shuffle, exception;

private:
    std::string_view name_;
};
inline constexpr Type Type::error = "errno", Type::delay = "delay", Type::timeout = "timeout",
                      Type::corruption = "corruption", Type::shorten = "short", Type::drop = "drop",
                      Type::hang = "hang", Type::returns = "returns", Type::signal = "signal", Type::crash = "crash",
                      Type::throttle = "throttle", Type::reset = "reset", Type::clock = "clock", Type::move = "move",
                      Type::wake = "wake", Type::shuffle = "shuffle", Type::exception = "exception";

namespace detail {

inline std::string quoted(std::string_view text)
{
    std::string quoted = "\"";
    for (const char c : text) {
        if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) {
            char code[8];
            std::snprintf(code, sizeof code, "\\u%04x", static_cast<unsigned>(c));
            quoted += code;
            continue;
        }
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return quoted += '"';
}

inline std::string quoted(const std::vector<std::string>& texts)
{
    std::string list = "[";
    for (const auto& text : texts)
        list.append(list.size() > 1 ? ", " : "").append(detail::quoted(text));
    return list += ']';
}

inline std::string number(double value)
{
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    std::string text(digits, end);
    if (text.find_first_not_of("-0123456789") == std::string::npos) text += ".0";
    return text;
}

/// A value in the notation of plans; empty: not given.
struct Notation {
    std::string toml;
};

} // namespace detail

/// How long: 10ms, "10ms", or one of a distribution.
struct Delay : detail::Notation {
    Delay() = default;
    template <class Rep, class Period>
    Delay(std::chrono::duration<Rep, Period> time) : Notation{in_ns(time)}
    {}
    Delay(const char* notation) : Notation{detail::quoted(notation)} {}

    static Delay between(std::chrono::nanoseconds least, std::chrono::nanoseconds most)
    {
        return raw("{min = " + in_ns(least) + ", max = " + in_ns(most) + '}');
    }
    /// `distribution`: normal, exponential or pareto; an exponential one has no standard deviation of its own.
    static Delay drawn(std::chrono::nanoseconds mean, std::chrono::nanoseconds stddev,
                       std::string_view distribution = "normal")
    {
        return raw("{mean = " + in_ns(mean) + ", stddev = " + in_ns(stddev) +
                   ", distribution = " + detail::quoted(distribution) + '}');
    }

private:
    template <class Duration>
    static std::string in_ns(Duration time)
    {
        const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(time).count();
        return '"' + std::to_string(ns) + "ns\"";
    }
    static Delay raw(std::string toml)
    {
        Delay delay;
        delay.toml = std::move(toml);
        return delay;
    }
};

/// ENOSPC, "ENOSPC", or several of which the seed picks one each time.
struct Errors : detail::Notation {
    Errors() = default;
    Errors(int code) : Errors(name_of(code)) {}
    Errors(const char* symbol) : Notation{detail::quoted(symbol)} {}
    Errors(const std::string& symbol) : Notation{detail::quoted(symbol)} {}
    Errors(std::initializer_list<Errors> several)
    {
        for (const auto& each : several)
            toml.append(toml.empty() ? "[" : ", ").append(each.toml);
        toml += ']';
    }

private:
    static std::string name_of(int code)
    {
        const char* const name = ::strerrorname_np(code);
        return name != nullptr ? std::string(name) : std::to_string(code);
    }
};

/// Which matches: 3, or "3", "2,5", "3..", "3..10", "3..10+2", "..5".
struct Matches : detail::Notation {
    Matches() = default;
    template <std::integral T>
    Matches(T match) : Notation{std::to_string(match)}
    {}
    Matches(const char* notation) : Notation{detail::quoted(notation)} {}
    Matches(const std::string& notation) : Notation{detail::quoted(notation)} {}
};

struct FaultConfig;

namespace detail {

/// Checks the fault that it is a member of, when that is complete.
struct Checked {
    explicit Checked(const FaultConfig& config);
};

} // namespace detail

/// One fault. The keys are those of a plan's [[fault]], with two names changed: `error` is errno, which is a macro in
/// C++, and `type` has names of its own. Throws std::invalid_argument as soon as it is made with a mistake in it.
struct FaultConfig {
    std::string name{};
    std::vector<std::string> functions{};
    Type type = Type::error;
    double probability = 1.0;
    std::optional<std::uint64_t> max_triggers{};
    Delay delay{};
    Errors error{};
    Matches on{};
    std::string count{};
    std::optional<double> rate{};
    std::string mode{};
    std::optional<std::uint64_t> bytes{};
    std::string range{};
    std::optional<double> fraction{};
    std::optional<std::int64_t> returns{};
    std::vector<std::string> path{};
    std::string size{};
    bool enabled = true;
    std::string more{};             // further keys as a plan has them, with commas between: "after = \"2s\""
    std::function<void()> raise{};  // type exception: throws what is to be thrown
    detail::Checked checked{*this}; // last, when all the others have their values

    /// In the notation of plans.
    [[nodiscard]] std::string to_toml() const
    {
        std::string text = "{name = " + detail::quoted(name) + ", functions = " + detail::quoted(functions) +
                           ", type = " + detail::quoted(type.name());
        const auto add = [&text](std::string_view key, const std::string& value) {
            if (!value.empty()) text.append(", ").append(key).append(" = ").append(value);
        };
        const auto add_text = [&](std::string_view key, const std::string& value) {
            if (!value.empty()) add(key, detail::quoted(value));
        };
        if (probability != 1.0) add("probability", detail::number(probability));
        if (max_triggers) add("max_triggers", std::to_string(*max_triggers));
        add("delay", delay.toml);
        add("errno", error.toml);
        add("on", on.toml);
        add_text("count", count);
        if (rate) add("rate", detail::number(*rate));
        add_text("mode", mode);
        if (bytes) add("bytes", std::to_string(*bytes));
        add_text("range", range);
        if (fraction) add("fraction", detail::number(*fraction));
        if (returns) add("returns", std::to_string(*returns));
        if (!path.empty()) add("path", detail::quoted(path));
        add_text("size", size);
        if (!enabled) add("enabled", "false");
        if (!more.empty()) text.append(", ").append(more);
        return text += '}';
    }
};

/// Faults in one text, made once and used many times.
class Faults {
public:
    Faults(std::initializer_list<FaultConfig> faults) : Faults(faults.begin(), faults.end()) {}
    Faults(const std::vector<FaultConfig>& faults) : Faults(faults.begin(), faults.end()) {}
    Faults(const FaultConfig& fault) : Faults(&fault, &fault + 1) {}
    /// [[fault]] tables, as in a plan.
    Faults(std::string toml) : toml_(std::move(toml)) {}
    Faults(const char* toml) : toml_(toml) {}

    [[nodiscard]] const std::string& toml() const { return toml_; }
    /// What some of them throw, by their names.
    [[nodiscard]] const std::vector<std::pair<std::string, std::function<void()>>>& raisers() const { return raisers_; }

private:
    template <class Iterator>
    Faults(Iterator first, Iterator last)
    {
        for (; first != last; ++first) {
            toml_.append(toml_.empty() ? "fault = [" : ", ").append(first->to_toml());
            if (first->raise) raisers_.emplace_back(first->name, first->raise);
        }
        if (!toml_.empty()) toml_ += ']';
    }

    std::string toml_;
    std::vector<std::pair<std::string, std::function<void()>>> raisers_;
};

namespace detail {

/// Calls a function of the library that says why it cannot; throws std::invalid_argument with its words.
template <class Call>
auto told(const Call& call, std::string_view about = {})
{
    char why[1024] = "";
    const auto outcome = call(why, sizeof why);
    if (why[0] != '\0') throw std::invalid_argument("faultline: " + std::string(about) + why);
    return outcome;
}

inline Checked::Checked(const FaultConfig& config)
{
    const bool blank = config.name.empty() && config.functions.empty(); // still to be filled in: checked when used
    if (blank || !faultline_present()) return;
    const auto text = "fault = [" + config.to_toml() + ']';
    told([&](char* why, std::size_t room) { return faultline_check(text.c_str(), -1, why, room); },
         config.name.empty() ? std::string() : "fault '" + config.name + "': ");
}

} // namespace detail

} // namespace faultline
