// What a stack's frames are called in the source: functions from symbol tables, files and lines where there is debug
// information. Read from the modules' files by elfutils' libdw, after the run.
#pragma once

#include "report/exploration.hpp"

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

namespace faultline::report {

/// An address on a stack, as its module knows it.
struct Address {
    std::string module; // path; empty: in no module
    std::uint64_t offset = 0;
    bool exact = false; // where an instruction was about to be executed; else a return address

    auto operator<=>(const Address&) const = default;
};

struct Symbol {
    std::string function;     // C++ demangled, without a symbol's version; empty: no symbol covers the place
    std::string file;         // as the debug information has it; empty: there is none
    int line = 0;             // 1-based; 0: not known
    std::uint64_t offset = 0; // of the frame in its function
};

/// The symbol of a frame, all of it empty where the module cannot be read. Debug information may also lie in a file of
/// its own, found by build id or debug link; a debuginfod server is asked only where DEBUGINFOD_URLS names one. Any
/// thread. Modules stay open for later calls, as they were at the first one.
[[nodiscard]] Symbol symbol_of(const Address& address);

/// The frame with its symbol, as reports have it: by the innermost function whose code stands there, also where the
/// compiler has put it into another one. What is inlined from headers of the C and C++ libraries is left out.
[[nodiscard]] Frame described(const Address& address);

/// The same with all functions that are inlined there, innermost first; the symbol's own function is the last.
[[nodiscard]] std::vector<Frame> described_inlined(const Address& address);

/// "sed+0x37a3": the module's name without directories.
[[nodiscard]] std::string text_of(const Address& address);

/// "fill at /src/shop.c:5 (/usr/bin/shop+0x1149)"; less where less is known.
[[nodiscard]] std::string long_text_of(const Address& address);

/// The same without directories: "fill at shop.c:5 (shop+0x1149)".
[[nodiscard]] std::string short_text_of(const Address& address);

/// A stack as reports have it, with what is inlined, and without frames of ours: they tell nothing of the program, and
/// change with each build of ours.
[[nodiscard]] std::vector<Frame> described_stack(const std::vector<Address>& stack);

/// Whether a stack is that of glibc's own start, in a static program, before it calls anything of the program's.
[[nodiscard]] bool before_program(const std::vector<Address>& stack);

/// Whether a frame lies in code of the C and C++ runtimes, which is on every stack.
[[nodiscard]] bool in_runtime(const Address& address);

/// The innermost frames of the program's own code, at most so many. Those of the runtimes are left out, abort() and what
/// checks assertions among them; where there is nothing else, the innermost of them stays.
[[nodiscard]] std::vector<Address> own_frames(const std::vector<Address>& stack, std::size_t most);

} // namespace faultline::report
