// What the modules of a program import from libc, sorted by what Faultline can do with it.
#pragma once

#include "report/exploration.hpp"
#include "run/modules.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::run {

/// The reason why a libc function has no row in the table; empty where none is given.
[[nodiscard]] std::string_view left_out_because(std::string_view symbol);

using Importers = std::vector<std::string>; // names of modules, the program's first

struct Covered {
    std::string_view name;         // as plans call it
    std::string_view family;       // without the @
    std::set<std::string> symbols; // imported ones: "read", "__read_chk"
    Importers importers;
    bool by_program = false; // not by its libraries alone
};

struct Imports {
    std::vector<Covered> covered;              // in the table's order
    std::map<std::string, Importers> left_out; // on purpose: left_out_because
    std::map<std::string, Importers> others;   // of no interest: strlen, qsort …
    std::set<std::string_view> own;            // functions of the table that the program brings along itself
    Importers with_syscall;                    // those that import syscall()
    Importers with_io_uring;                   // those that import from liburing
    bool loads_more = false;                   // some module imports dlopen
};

[[nodiscard]] Imports sort_imports(const Modules& modules);

/// What of a program no fault can reach, and why.
[[nodiscard]] std::vector<report::Unreached> unreached(const Modules& modules, const Imports& imports);

} // namespace faultline::run
