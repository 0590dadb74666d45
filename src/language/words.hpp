// How faults are put into words: what the sentences of a plan are made of.
#pragma once

#include "language/plan_types.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace faultline::language {

/// "25 %", of a share from 0.0 to 1.0.
[[nodiscard]] std::string percent(double share);
/// "90s", in the largest unit in which it is a whole number.
[[nodiscard]] std::string duration(std::uint64_t ns);
/// "1 byte", "2 bytes".
[[nodiscard]] std::string bytes(std::uint64_t count);
/// "a, b or c".
[[nodiscard]] std::string joined(const std::vector<std::string>& words, std::string_view conjunction = "or");
/// " PREPOSITION a or b but not PREPOSITION c".
[[nodiscard]] std::string either(const std::vector<std::string>& wanted, const std::vector<std::string>& unwanted,
                                 std::string_view preposition);
/// The same of globs.
[[nodiscard]] std::string either(const Plan& plan, Slice<Glob> globs, std::string_view preposition);

} // namespace faultline::language
