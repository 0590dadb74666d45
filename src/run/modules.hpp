// The modules that the loader brings together for a program: itself and its libraries, as far as their files tell. What
// a program loads later, with dlopen, no file tells.
#pragma once

#include "run/elf.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace faultline::run {

struct Module {
    std::string name; // as the module that needs it calls it; of the program: its file's name
    std::string path;
    std::vector<ElfFile::Symbol> symbols;
    bool libc = false; // one of the libraries that glibc consists of
    bool go = false;   // holds Go's runtime, which makes its system calls itself
};

struct Missing {
    std::string name;
    std::string needed_by;
};

struct Modules {
    std::vector<Module> all; // the program first, then its libraries in the order of the loader's search
    std::vector<Missing> missing;
};

/// Looks where the loader would: DT_RPATH, LD_LIBRARY_PATH, DT_RUNPATH, the directories of /etc/ld.so.conf, its own.
[[nodiscard]] Modules load_modules(const std::string& program);

} // namespace faultline::run
