// Names for return addresses: the function, and where there is debug information the file and line.
#pragma once

#include "explore/point.hpp"

#include <memory>
#include <string>

namespace faultline::explore {

struct Symbol {
    std::string function; // empty: not known
    std::string file;     // empty: there is no debug information
    int line = 0;
};

/// Keeps the modules that it has read open. One thread at a time.
class Symbols {
public:
    Symbols();
    ~Symbols();
    Symbols(const Symbols&) = delete;
    Symbols& operator=(const Symbols&) = delete;

    [[nodiscard]] Symbol of(const Frame& frame);
    /// "main at notes.c:12 (sed+0x37a3)", as much of it as is known.
    [[nodiscard]] std::string text_of(const Frame& frame);

private:
    struct Modules;
    std::unique_ptr<Modules> modules_;
};

} // namespace faultline::explore
