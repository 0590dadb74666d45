// Whether the kernel would carry out a call, asked without any effect: only what would have succeeded can be lost.
#pragma once

#include "effects/effects.hpp"

namespace faultline::effects {

/// Whether the call would succeed, as far as can be known before it: descriptor, access, connection, room where it will
/// not wait, memory. Not known: a full disk, a quota, a limit, a receiver's address that leads nowhere. True of every
/// call where nothing may be asked, in a process that shut itself off from system calls. For functions of which `drop`
/// makes sense. System calls; errno is left alone. Any time after boot.
[[nodiscard]] bool would_succeed(const engine::Call& call) noexcept;

} // namespace faultline::effects
