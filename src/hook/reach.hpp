// Whether a program that is about to run will be struck: the loader preloads nothing into some, and says nothing of it.
// Cheap looks at the file, in the process that starts it: no allocation, and nothing that lasts.
#pragma once

#include "ledger/layout.hpp"

namespace faultline::hook {

/// A program as exec and posix_spawn take it.
struct Program {
    int directory;                  // AT_FDCWD, or what `path` is relative to
    const char* path;               // "": the descriptor itself
    bool along_path;                // a name without a slash is looked for along PATH
    char* const* environment;       // what it is to run with
    const char* const* search_from; // the environment whose PATH counts
};

/// What was found out: why it will not be struck, and the name to say it by, which lies in `name`.
struct Reach {
    ledger::Unreached why = ledger::Unreached::reached;
    char name[256];
};

/// Where our library is, from LD_PRELOAD: a path that is absolute, and stays. Boot.
void remember_library(const char* path) noexcept;

/// Looks at the program. Makes system calls: not behind seccomp. In a vfork child too.
void find_reach(const Program& program, Reach& reach) noexcept;

/// An environment's entry that leads every loader to our library; `room`: what hide_from_musl takes, 0 where there is none.
struct Preload {
    char** entry = nullptr;
    std::size_t at = 0; // where the library's path stands in it
    std::size_t room = 0;
};
[[nodiscard]] Preload find_preload(char** environment) noexcept;

/// Puts one in its place that leads glibc's loader alone to it, for a program that we do not reach and those that it
/// starts unseen by us: musl's loader ends a program into which it can load only a part of what we need, and leaves out a
/// file that is not there. `text`: of that much room, for as long as the environment is used. Any time.
void hide_from_musl(const Preload& preload, char* text) noexcept;

} // namespace faultline::hook
