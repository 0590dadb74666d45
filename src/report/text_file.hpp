// Whole files as text, for the parts of our own process that have one to read.
#pragma once

#include <string>

namespace faultline::report {

/// All that a file holds; empty where it cannot be read. Not for what may be a pipe: that would be waited for.
[[nodiscard]] std::string content_of(const std::string& path);

} // namespace faultline::report
