// A tree of values as TOML again: what a plan was changed to while processes went by it.
#pragma once

#include "language/value.hpp"

#include <string>
#include <string_view>

namespace faultline::language {

/// A plan's root, or any other table, as a text that reads as the same values.
[[nodiscard]] std::string write_toml(const Value& root);

/// A text as a value of TOML.
[[nodiscard]] std::string quoted(std::string_view text);

/// One value as it stands behind a key; of a fault's table too. Equal values have equal texts.
[[nodiscard]] std::string write_value(const Value& value);

} // namespace faultline::language
