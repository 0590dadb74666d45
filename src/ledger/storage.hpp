// Where this process keeps its ledger: what creation.cpp decides and ledger.cpp goes by.
#pragma once

#include "ledger/layout.hpp"

#include <atomic>
#include <cstdint>

namespace faultline::ledger {

/// What a ledger grows by.
inline constexpr std::uint64_t chunk = 16 * 1024;

enum class Kept : std::uint8_t { in_file, in_reserve, in_memory };

struct Storage {
    Header* header = nullptr; // also in children: their ledger takes the same addresses
    Kept kept = Kept::in_memory;
    std::uint64_t inode = 0; // of the ledger's file: another one may be put in its place, and is never written to
    std::atomic<std::uint64_t> threads_backed{0}; // bytes of the thread region that the file has
};

#pragma GCC visibility push(hidden)
extern constinit Storage storage;
#pragma GCC visibility pop

} // namespace faultline::ledger
