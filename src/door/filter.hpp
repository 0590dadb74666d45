// The seccomp filter that has the kernel ask us about some system calls and let all others pass.
#pragma once

#include <linux/filter.h>
#include <span>
#include <vector>

namespace faultline::door {

/// A filter that notifies of the calls with these numbers (in any order, at least one) and of nothing else. Calls of
/// another architecture (32-bit, x32) pass: they have other numbers.
[[nodiscard]] std::vector<sock_filter> make_filter(std::span<const int> numbers);
/// … and of an mmap of code, behind which an address may be another module's than before.
[[nodiscard]] std::vector<sock_filter> make_filter_with_code(std::span<const int> numbers);

/// Puts the filter over the calling thread and all that comes of it. Returns the listener, which is closed at the next
/// exec, or -errno. Raw system calls only: also for a vfork child.
[[nodiscard]] int install_filter(const sock_fprog& program) noexcept;

/// Why the kernel offers no such filters to us; empty: it does.
[[nodiscard]] const char* why_no_filters() noexcept;

} // namespace faultline::door
