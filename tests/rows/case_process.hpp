// Every case runs in a process and a directory of its own.
#pragma once

#include "subjects.hpp"

#include <filesystem>
#include <vector>

namespace rows {

/// The outcome that a file holds, shared with the other processes that map it. Throws std::runtime_error.
Outcome* map_outcome(const std::filesystem::path& path);

/// Becomes the case: in an empty directory, with files as standard streams and no other descriptors.
[[noreturn]] void run_case(const Subject& subject, const std::filesystem::path& place, bool failing,
                           const char* arming);

/// The child's wait status; one that takes too long is killed.
int reap(pid_t pid);

/// Runs every case in a child; under the preload or without it.
int observe(const std::vector<Subject>& all, const std::filesystem::path& root);

} // namespace rows
