// The name of the function that an address lies in, from the symbols of its module's file: the loader knows only what
// a module exports, and functions of a program are seldom exported.
#pragma once

#include "engine/site.hpp"

#include <span>
#include <string_view>

namespace faultline::engine {

/// The symbol, in `room`; cut where it is longer; empty where there is none (a stripped file). Opens, maps and unmaps
/// the file by system calls of our own. Any time.
[[nodiscard]] std::string_view symbol_at(std::uintptr_t address, std::span<char> room) noexcept;

} // namespace faultline::engine
