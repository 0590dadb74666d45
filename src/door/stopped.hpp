// What is done with a thread that is stopped on its way out of an answered call. ptrace holds it for that moment only, so
// that no other thread takes its signal, and no code of the program's runs first.
#pragma once

#include <cstdint>
#include <sys/types.h>

namespace faultline::door {

/// Gets a caller out of its wait so that its signal is delivered: the kernel then ends the call with EINTR or has it made
/// again, as the handler wants it.
void interrupt_call(int listener, std::uint64_t id, pid_t tid) noexcept;

/// Has the caller end its process with a status, in place of going on behind its system call. False where it cannot be
/// stopped (a debugger has it): nothing was answered.
[[nodiscard]] bool exit_from_call(int listener, std::uint64_t id, pid_t tid, std::int32_t status) noexcept;

} // namespace faultline::door
