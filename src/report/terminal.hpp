// Text for people, on a terminal or not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::report {

/// Whether escape sequences for colour should go to a descriptor: only to a terminal that knows them, and where NO_COLOR
/// is not set.
[[nodiscard]] bool coloured(int fd);

/// Whether a line can be written over on a descriptor: on a terminal that is not "dumb".
[[nodiscard]] bool can_redraw(int fd);

/// The width of the terminal that a descriptor is; 100 where it is none, or does not know. At least 20.
[[nodiscard]] std::size_t columns(int fd);

/// "1 fault", "2 faults", "2 processes", "2 libraries".
[[nodiscard]] std::string counted(std::uint64_t number, std::string_view noun);

/// Text from somewhere else, fit for a terminal: control characters become \xNN.
[[nodiscard]] std::string printable(std::string_view text);

/// Rows of cells as text, the columns lined up; those in `right` to the right.
[[nodiscard]] std::string table(const std::vector<std::vector<std::string>>& rows, const std::vector<bool>& right);

/// Words in lines of at most 100 characters, and on a terminal (standard output) no more than it has columns; each line
/// after `indent`.
[[nodiscard]] std::string wrapped(std::span<const std::string_view> words, std::string_view indent);

} // namespace faultline::report
