// What a process has mapped, as /proc/PID/maps tells it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace faultline::door {

struct Mapping {
    std::uint64_t first, last; // `last` is behind it
    std::uint64_t offset;      // in the file
    std::uint64_t device, inode;
    bool executable;
    std::string path; // empty: it has no name; not of a file: "[stack]" and the like

    [[nodiscard]] bool holds(std::uint64_t address) const { return address >= first && address < last; }
};

/// In the order of their addresses; empty where the process cannot be looked into. `process`: a number, or "self".
[[nodiscard]] std::vector<Mapping> mappings_of(const std::string& process);

} // namespace faultline::door
