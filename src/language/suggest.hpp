// The nearest valid word to a misspelt one, and how foreign text is shown in a message.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace faultline::language {

/// The candidate that is nearest to `word` by edits (insert, delete, replace, swap neighbours; case does not count), or
/// an empty view where none is so near that it is likely to be meant. The first wins among equals.
[[nodiscard]] std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

/// " (did you mean 'write'?)", or nothing.
[[nodiscard]] std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates);

/// The text in single quotes, on one line: control characters shown as \xNN, the end of a long text as "…".
[[nodiscard]] std::string in_quotes(std::string_view text);

/// "a", "a or b", "a, b or c".
[[nodiscard]] std::string one_of(std::span<const std::string_view> words, std::string_view conjunction = "or");

} // namespace faultline::language
