// How a fault on fsync tells a recorder of file operations (src/door/) that a sync has failed and the file's data is taken
// for written: by a sync_file_range that asks for nothing. Without a recorder the kernel does nothing at all.
#pragma once

#include "sys/syscalls.hpp"

namespace faultline::sys {

inline constexpr long failed_sync_offset = 0x6661696c65642121; // the first byte of the range: "failed!!"

/// Any time; one system call, and errno is left alone.
inline void tell_of_failed_sync(int fd) noexcept { call(SYS_sync_file_range, fd, failed_sync_offset, 0, 0); }

} // namespace faultline::sys
