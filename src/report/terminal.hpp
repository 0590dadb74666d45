// Text for people, on a terminal or not.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::report {

/// Whether escape sequences for colour should go to a descriptor: only to a terminal, and where NO_COLOR is not set.
[[nodiscard]] bool coloured(int fd);

/// "1 fault", "2 faults", "2 processes", "2 libraries".
[[nodiscard]] std::string counted(std::uint64_t number, std::string_view noun);

/// Text from somewhere else, fit for a terminal: control characters become \xNN.
[[nodiscard]] std::string printable(std::string_view text);

/// Rows of cells as text, the columns lined up; those in `right` to the right.
[[nodiscard]] std::string table(const std::vector<std::vector<std::string>>& rows, const std::vector<bool>& right);

/// Words in lines of at most 100 characters, each line after `indent`.
[[nodiscard]] std::string wrapped(std::span<const std::string_view> words, std::string_view indent);

} // namespace faultline::report
