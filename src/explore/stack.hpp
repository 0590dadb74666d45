// What a stack's frames are called in the source: functions from symbol tables, files and lines where there is debug
// information. Read from the modules' files by elfutils' libdw, after the run.
#pragma once

#include "explore/point.hpp"
#include "report/exploration.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace faultline::explore {

struct Symbol {
    std::string function;     // C++ demangled, without a symbol's version; empty: no symbol covers the place
    std::string file;         // as the debug information has it; empty: there is none
    int line = 0;             // 1-based; 0: not known
    std::uint64_t offset = 0; // of the frame in its function
};

/// The symbol of a frame, all of it empty where the module cannot be read. Debug information may also lie in a file of
/// its own, found by build id or debug link; a debuginfod server is asked only where DEBUGINFOD_URLS names one. Any
/// thread. Modules stay open for later calls, as they were at the first one.
[[nodiscard]] Symbol symbol_of(const Frame& frame);

/// The frame with its symbol, as reports have it: by the innermost function whose code stands there, also where the
/// compiler has put it into another one. What is inlined from headers of the C and C++ libraries is left out.
[[nodiscard]] report::Frame described(const Frame& frame);

/// The same with all functions that are inlined there, innermost first; the symbol's own function is the last.
[[nodiscard]] std::vector<report::Frame> described_inlined(const Frame& frame);

/// "sed+0x37a3": the module's name without directories.
[[nodiscard]] std::string text_of(const Frame& frame);

/// "fill at /src/shop.c:5 (/usr/bin/shop+0x1149)"; less where less is known.
[[nodiscard]] std::string long_text_of(const Frame& frame);

/// The same without directories: "fill at shop.c:5 (shop+0x1149)".
[[nodiscard]] std::string short_text_of(const Frame& frame);

/// Whether a stack is that of glibc's own start, in a static program, before it calls anything of the program's.
[[nodiscard]] bool before_program(const std::vector<Frame>& stack);

/// Whether a frame lies in code of the C and C++ runtimes, which is on every stack.
[[nodiscard]] bool in_runtime(const Frame& frame);

/// The innermost frames of the program's own code, at most so many. Those of the runtimes are left out, abort() and what
/// checks assertions among them; where there is nothing else, the innermost of them stays.
[[nodiscard]] std::vector<Frame> own_frames(const std::vector<Frame>& stack, std::size_t most);

} // namespace faultline::explore
