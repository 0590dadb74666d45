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

} // namespace faultline::hook
