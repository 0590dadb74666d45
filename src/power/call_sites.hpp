// Where operations were called from, by the names that reports have for it.
#pragma once

#include "power/search.hpp"
#include "report/exploration.hpp"

namespace faultline::power {

/// Innermost first; empty where nothing is known of it.
[[nodiscard]] std::vector<report::Frame> stack_of(const door::Recording& recording, std::uint32_t operation);

/// The place in the program's own code, as it outlives a rebuild: "save at store.c:31"; empty where it is not known.
[[nodiscard]] std::string place_text(const std::vector<report::Frame>& stack);

/// "#4 write notes.txt (save at store.c:31)".
[[nodiscard]] std::string placed_text(const door::Recording& recording, std::uint32_t operation);

} // namespace faultline::power
