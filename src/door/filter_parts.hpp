// What the filters of both doors, for faults and for recordings, are made of.
#pragma once

#include <cstdint>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

namespace faultline::door {

#if defined(__x86_64__)
inline constexpr std::uint32_t architecture = AUDIT_ARCH_X86_64;
#else
inline constexpr std::uint32_t architecture = AUDIT_ARCH_AARCH64;
#endif

// A jump reaches 255 instructions, and a filter may be longer: its leaves return by themselves.
inline constexpr sock_filter notify = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
inline constexpr sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);

} // namespace faultline::door
