// What a ledger keeps under `trace = true`: for each (function, site, thread) how often it was called, and the stack it
// stands for, in the order of first appearance. The region grows as that of the events does.
//
//   TraceModule × trace_modules | TraceSite …
#pragma once

#include "ledger/name.hpp"

#include <atomic>
#include <cstdint>

namespace faultline::ledger {

/// The path of a file whose code is part of some stack; its tail, where it is longer. length is set last; 0: free.
using TraceModule = Name<128>;
inline constexpr std::uint32_t trace_modules = 128;
inline constexpr std::uint64_t trace_modules_bytes = trace_modules * sizeof(TraceModule);

inline constexpr std::uint32_t trace_frames = 24;
inline constexpr std::uint32_t trace_limit = 1U << 18U;

/// A return address: the module's index above, the offset below, as addr2line takes it.
inline constexpr unsigned trace_module_shift = 48;
inline constexpr std::uint64_t trace_no_module = 0xffff; // code that lies in no module, or in one too many

/// One site of one function in one thread. Its place in the region is its place in the order of first appearance.
struct alignas(64) TraceSite {
    std::atomic<std::uint32_t> complete; // set last: 1 when the rest may be read
    std::uint16_t function;              // index into the plan's functions
    std::uint16_t frames;                // of `frame` that hold something, innermost first
    std::uint32_t site;                  // as events have it
    std::atomic<std::uint64_t> calls;
    std::uint64_t first_call; // the number of its first call among the process's calls of the function
    Name<24> thread;          // what follows the process's lineage: ".1.2"
    std::uint64_t frame[trace_frames];
};
static_assert(sizeof(TraceSite) == 256);

} // namespace faultline::ledger
