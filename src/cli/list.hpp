// The parts of `faultline list`: each kind of thing, all of it or only what is named, as text and as JSON.
#pragma once

#include "report/json_document.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace faultline::cli {

using report::Json;
using Names = std::vector<std::string_view>;

/// The @groups of plans, without their @: families, then roles.
[[nodiscard]] Names groups();

/// The functions in a group, under the names that plans use.
[[nodiscard]] Names members(std::string_view group);

/// The name of the function that a symbol belongs to; empty where there is none.
[[nodiscard]] std::string_view function_of(std::string_view symbol);

/// Whatever plans may write for a function: names, then twins.
[[nodiscard]] Names function_names();

/// Every function's name, by family.
[[nodiscard]] std::string overview_text();
/// A line for each function.
[[nodiscard]] std::string functions_text();
/// A paragraph for each of these functions.
[[nodiscard]] std::string functions_text(const Names& names);
/// Which system calls each function becomes for the kernel's door, or what to name in its place.
[[nodiscard]] std::string door_text(const Names& names);
[[nodiscard]] Json door_json(const Names& names);
/// What both of these say; of every function where `names` is empty.
[[nodiscard]] Json functions_json(const Names& names);

} // namespace faultline::cli
