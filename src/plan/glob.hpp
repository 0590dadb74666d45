// Globs over names and paths. Selectors are tested at every call of an armed function, so this runs inside the host:
// no allocation, no libc, no recursion; a try that fails goes back to the latest `*`, or else to the latest `**`.
//
//   *  any run   ?  one character   [a-z] one of these   [!x] none of these   (no escape: a literal * is [*])
//
// In a path `*`, `?` and [] stop at '/', and `**` crosses it; "**/" as a whole component stands for no directory too.
#pragma once

#include "plan/plan.hpp"

#include <cstddef>
#include <string_view>

namespace faultline::plan {

namespace detail {

inline constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

/// One `?`, [] or literal of a pattern held against a character.
struct Element {
    bool matches = false;
    std::size_t next = 0; // where the pattern goes on
};

/// The position of the ']' that closes the '[' at `open`, or `nowhere`; a ']' that comes first stands for itself.
constexpr std::size_t closing_bracket(std::string_view pattern, std::size_t open) noexcept
{
    auto at = open + 1;
    if (at < pattern.size() && (pattern[at] == '!' || pattern[at] == '^')) ++at;
    for (++at; at < pattern.size(); ++at)
        if (pattern[at] == ']') return at;
    return nowhere;
}

constexpr Element element(std::string_view pattern, std::size_t at, char character, bool in_path) noexcept
{
    const bool crosses = in_path && character == '/';
    if (pattern[at] == '?') return {!crosses, at + 1};
    const auto close = pattern[at] == '[' ? closing_bracket(pattern, at) : nowhere;
    if (close == nowhere) return {pattern[at] == character, at + 1};

    auto from = at + 1;
    const bool negated = pattern[from] == '!' || pattern[from] == '^';
    if (negated) ++from;
    const auto code = static_cast<unsigned char>(character);
    bool found = false;
    while (from < close) {
        const auto low = static_cast<unsigned char>(pattern[from]);
        const bool range = from + 2 < close && pattern[from + 1] == '-';
        const auto high = range ? static_cast<unsigned char>(pattern[from + 2]) : low;
        found = found || (low <= code && code <= high);
        from += range ? 3 : 1;
    }
    return {found != negated && !crosses, close + 1};
}

/// Where to try again: a star, and how far into the text it reaches.
struct Retry {
    std::size_t pattern = nowhere; // behind the star
    std::size_t text = 0;
    bool by_component = false; // "**/" grows by whole components
};

/// Lets `retry` reach one step further. Only the latest of each kind is ever needed: what an earlier star could still
/// take, a later one of the same kind can take as well.
constexpr bool grow(Retry& retry, std::string_view text) noexcept
{
    do {
        if (retry.text >= text.size()) return false;
        ++retry.text;
    } while (retry.by_component && text[retry.text - 1] != '/');
    return true;
}

/// Matches all of `text`. `far` is the retry to begin with.
constexpr bool match(std::string_view pattern, std::string_view text, bool in_path, Retry far) noexcept
{
    Retry near;
    std::size_t p = 0;
    std::size_t t = 0;
    for (;;) {
        if (p < pattern.size() && pattern[p] == '*') {
            auto next = p;
            while (next < pattern.size() && pattern[next] == '*')
                ++next;
            if (in_path && next - p == 1) {
                near = {next, t, false};
            } else {
                const bool whole =
                    in_path && next < pattern.size() && pattern[next] == '/' && (p == 0 || pattern[p - 1] == '/');
                if (whole) ++next;
                far = {next, t, whole};
                near = {};
            }
            p = next;
            continue;
        }
        if (t == text.size()) return p == pattern.size();
        if (p < pattern.size()) {
            const auto step = element(pattern, p, text[t], in_path);
            if (step.matches) {
                p = step.next;
                ++t;
                continue;
            }
        }
        if (near.pattern != nowhere && text[near.text] != '/') {
            t = ++near.text;
            p = near.pattern;
            continue;
        }
        if (far.pattern == nowhere || !grow(far, text)) return false;
        near = {};
        t = far.text;
        p = far.pattern;
    }
}

} // namespace detail

/// Whether a name matches as a whole. Any time, also in a signal handler.
constexpr bool glob_matches(std::string_view pattern, std::string_view name) noexcept
{
    return detail::match(pattern, name, false, {});
}

/// Whether an absolute path matches. A pattern that does not begin with '/' may match at any depth, as if led by "**/":
/// "*.db" by the last component, "data/*.db" by the last two, "**.log" by its end. Any time, also in a signal handler.
constexpr bool path_matches(std::string_view pattern, std::string_view path) noexcept
{
    const bool rooted = !pattern.empty() && pattern.front() == '/';
    if (!path.empty() && path.front() == '/')
        path.remove_prefix(1);
    else if (rooted)
        return false;
    if (rooted) return detail::match(pattern.substr(1), path, true, {});
    return detail::match(pattern, path, true, {0, 0, true});
}

/// The rule of every list that selects: something matches one of the items and none that is negated; negated ones alone
/// mean everything but those. Any time, also in a signal handler.
template <class Item, class Matches>
bool chosen(std::span<const Item> items, const Matches& matches) noexcept
{
    bool wanted = true; // as long as no item says what is wanted
    bool found = false;
    for (const auto& item : items) {
        if (item.negated == 0) wanted = false;
        if (item.negated == 0 && found) continue;
        if (!matches(item)) continue;
        if (item.negated != 0) return false;
        found = true;
    }
    return wanted || found;
}

/// Whether globs choose a path.
inline bool any_matches(const Plan& plan, Slice<Glob> globs, std::string_view path) noexcept
{
    return chosen(plan.view(globs), [&](const Glob& glob) { return path_matches(plan.text(glob.pattern), path); });
}

/// Whether globs choose a name.
inline bool any_name_matches(const Plan& plan, Slice<Glob> globs, std::string_view name) noexcept
{
    return chosen(plan.view(globs), [&](const Glob& glob) { return glob_matches(plan.text(glob.pattern), name); });
}

/// Whether the plan's `programs` are not given, or name this one.
inline bool program_named(const Plan& plan, std::string_view name) noexcept
{
    if (plan.programs.count == 0) return true;
    for (const auto glob : plan.view(plan.programs))
        if (glob_matches(plan.text(glob), name)) return true;
    return false;
}

} // namespace faultline::plan
