// What the cases of files have in common.
#pragma once

#include "run.hpp"

namespace rows {

inline mode_t mode_of(const char* name)
{
    struct stat status {};
    return lstat(name, &status) == 0 ? status.st_mode & 07777U : 0;
}

/// A directory "dir" with a file "one" in it, open.
inline int directory()
{
    mkdir("dir", 0755);
    close(Run::file("1", O_RDWR, "dir/one"));
    return open("dir", O_RDONLY | O_DIRECTORY);
}

} // namespace rows
