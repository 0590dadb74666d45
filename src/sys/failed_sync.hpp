// How a fault on fsync tells a recorder of file operations (src/door/) that a sync has failed, and what becomes of the file's
// data: by a sync_file_range that asks for nothing. Without a recorder the kernel does nothing at all.
#pragma once

#include "sys/syscalls.hpp"

namespace faultline::sys {

// The first byte of the range.
inline constexpr long failed_sync_offset = 0x6661696c65642121; // "failed!!": the data is taken for written
inline constexpr long reverted_sync_offset =
    0x7265766572742121;                     // "revert!!": the file is to hold again what was synced
inline constexpr long file_is_reverted = 1; // the recorder's answer; the kernel's own is 0

// Any time; one system call, and errno is left alone.

inline void tell_of_failed_sync(int fd) noexcept { call(SYS_sync_file_range, fd, failed_sync_offset, 0, 0); }

/// False: there is no recorder, or it cannot do that, and the file is as it was.
[[nodiscard]] inline bool revert_after_failed_sync(int fd) noexcept
{
    return call(SYS_sync_file_range, fd, reverted_sync_offset, 0, 0) == file_is_reverted;
}

} // namespace faultline::sys
