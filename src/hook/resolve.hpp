// Finds the function that a symbol of ours stands before: what dlsym(RTLD_NEXT) finds, without dlsym. A host may make
// its first call of a function anywhere: holding its allocator's lock, in a signal handler, in a forked child of many
// threads. There dlsym may deadlock on the loader's lock or call malloc; and looking up the whole table with it at
// start costs more than the rest of boot. This reads the loader's own tables, takes no lock, allocates nothing, and is
// asked once for each function used.
#pragma once

#include "calls/table.hpp"

namespace faultline::hook {

/// The address of a row's real function in the libraries after ours, or nullptr where none has it. Any time, also
/// before boot.
[[nodiscard]] void* find_real(calls::Id row) noexcept;

/// Whether libc comes after us in the order of search. Any time, also before boot.
[[nodiscard]] bool stands_before_libc() noexcept;

/// Whether libc may choose the function by the processor, as it does time() and gettimeofday(): only the loader can tell
/// which one it is, and it is better asked at boot than in a host's first call.
[[nodiscard]] constexpr bool asks_loader(calls::Id row) noexcept
{
    return row == calls::id_time || row == calls::id_gettimeofday || row == calls::id___gettimeofday;
}

} // namespace faultline::hook
