// Directory trees: a fresh copy for each run, and what a run made of it.
#pragma once

#include "explore/observation.hpp"

#include <ctime>
#include <string>
#include <sys/types.h>
#include <vector>

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

/// Copies one thing in the same way.
[[nodiscard]] std::string copy_entry(const std::string& from, const std::string& to, const TreeLimits& limits);

/// The names in a directory, in its own order. Its time of reading stays, where we may have it so.
[[nodiscard]] std::vector<std::string> names_in(const std::string& path);

/// What the kernel notes of something: whatever is done to it, but for stores into mappings, changes `changed`.
struct Stamp {
    ino_t inode = 0;
    timespec changed{}, modified{}, accessed{};
};
using Stamps = std::map<std::string, Stamp>; // by path as in a Tree

/// Removes what is in a directory, but not the directory.
void empty_directory(const std::string& path);

/// Adds what is below a directory under the given prefix. Times of reading stay, where we may have it so.
void read_tree(const std::string& path, const std::string& prefix, Tree& tree, Stamps* stamps = nullptr);
/// Of what is there; all 0 where there is nothing.
[[nodiscard]] Stamp stamp_of(const std::string& path);

/// The first bytes of a file; `size` becomes its length. Empty where there is none.
[[nodiscard]] std::string read_start(const std::string& path, std::uint64_t most, std::uint64_t& size);

} // namespace faultline::explore
