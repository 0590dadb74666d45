// The memory of another process, and what /proc says of its threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <sys/types.h>
#include <vector>

namespace faultline::door {

inline constexpr std::size_t page = 4096;

/// Copies from the memory of a thread's process. False where not all of it could be read.
[[nodiscard]] bool read_memory(pid_t tid, std::uint64_t from, void* to, std::size_t bytes);
/// The same, the other way.
[[nodiscard]] bool write_memory(pid_t tid, std::uint64_t to, const void* from, std::size_t bytes);
template <class T>
[[nodiscard]] bool read_value(pid_t tid, std::uint64_t from, T& to)
{
    return read_memory(tid, from, &to, sizeof to);
}

/// Whether the kernel lets us read a process's memory and descriptors. Without CAP_SYS_PTRACE it does not where the process
/// is undumpable: by prctl, or because its program's file cannot be read.
[[nodiscard]] bool may_look_into(pid_t tid);
[[nodiscard]] bool may_look_into_all();

/// A string up to its NUL, of at most 4095 bytes. False where it is longer, or cannot be read.
[[nodiscard]] bool read_text(pid_t tid, std::uint64_t from, std::string& to);

/// What the kernel says of a thread in /proc/TID/status.
struct Status {
    pid_t process = 0, parent = 0;    // thread group, and that of the parent
    std::uint64_t pending = 0;        // signals for this thread that are neither blocked nor taken yet
    std::uint64_t pending_of_all = 0; // … for any thread of the process, that this one does not block
    bool found = false;
    bool ended = false; // … and is not yet waited for
};
[[nodiscard]] Status status_of_thread(pid_t tid);

/// The children of a thread, in the order in which they were made.
[[nodiscard]] std::vector<pid_t> children_of(pid_t process, pid_t tid);

/// A thread's name, of at most 15 bytes.
[[nodiscard]] std::string name_of_thread(pid_t tid);

/// The words of a process's command line, and the path of its executable.
[[nodiscard]] std::vector<std::string> command_line_of(pid_t process);
[[nodiscard]] std::string executable_of(pid_t process);

} // namespace faultline::door
