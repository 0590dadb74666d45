// Which part of an exploration this process is to do: as it was typed, or as the engine that started it tells by its
// environment.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace faultline::explore {

struct Shard {
    std::uint64_t number = 1, of = 1; // the first one is 1
};

/// A variable of the environment; nullptr: it is not set.
using Variable = const char* (*)(const char* name);

/// Reads "3/16", or "auto": what the environment says of the known engines. Returns what is wrong; empty: nothing.
[[nodiscard]] std::string read_shard(std::string_view text, Variable variable, Shard& shard);

/// A line for each engine that "auto" knows, with its variables, for people.
[[nodiscard]] std::string known_engines();

} // namespace faultline::explore
