// The table of observers. It is filled in effects/, which stands above: some of what is observed is what effects keep.
#pragma once

#include "engine/observers.hpp"

#include <array>
#include <span>

namespace faultline::engine {

#pragma GCC visibility push(hidden)
/// In the order in which they see a call.
extern constinit const std::span<const Observer> observers;
/// Those that may see each row, under one plan or another.
extern constinit const std::array<Observers, calls::row_count> observers_of_row;
#pragma GCC visibility pop

} // namespace faultline::engine
