// Directory trees: a fresh copy for each run, and what a run made of it.
#pragma once

#include "explore/observation.hpp"

#include <string>

namespace faultline::explore {

/// What a copy may be at most, so that a command started in "/" does not copy the machine.
struct TreeLimits {
    std::uint64_t entries = 50'000;
    std::uint64_t bytes = 512ULL << 20U;
};

/// Copies the contents of a directory into another one, with modes and times; `skip`, a path below `from`, is left out.
/// Returns why it could not; empty: it did. Sockets, devices, and what
/// explorations wrote are left out.
[[nodiscard]] std::string copy_tree(const std::string& from, const std::string& to, const std::string& skip,
                                    const TreeLimits& limits);

/// Removes what is in a directory, but not the directory.
void empty_directory(const std::string& path);

/// Adds what is below a directory under the given prefix.
void read_tree(const std::string& path, const std::string& prefix, Tree& tree);

/// The first bytes of a file; `size` becomes its length. Empty where there is none.
[[nodiscard]] std::string read_start(const std::string& path, std::uint64_t most, std::uint64_t& size);

} // namespace faultline::explore
