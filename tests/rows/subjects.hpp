// Which rows a family has, and the case of each.
#pragma once

#include "run.hpp"

#include <vector>

namespace rows {

struct Subject {
    calls::Id row;
    const Case* test;
    [[nodiscard]] const calls::Spec& spec() const { return calls::table[row]; }
    [[nodiscard]] std::string name() const { return std::string{std::string_view{spec().name}}; }
};

/// The family's cases by their rows; what does not fit goes to `wrong`.
std::vector<Subject> subjects(std::string_view family, std::vector<std::string>& wrong);

/// The version script's symbols and the table's: the library exports what has rows.
void compare_exports(const char* exports, std::vector<std::string>& wrong);

} // namespace rows
