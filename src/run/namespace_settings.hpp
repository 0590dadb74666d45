// What a process tells the kernel of the namespaces that it is in, by files in /proc. For the child of a fork.
#pragma once

#include <string>
#include <sys/types.h>

namespace faultline::run {

/// Writes one of these files. False: the kernel does not take it.
bool write_setting(const char* path, const std::string& text);

/// In a new user namespace: the process is there whom it was outside.
void map_own_user(uid_t user, gid_t group);

} // namespace faultline::run
