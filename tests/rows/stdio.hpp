// What the cases of streams have in common.
#pragma once

#include "run.hpp"

#include <cwchar>

namespace rows {

/// What standard output holds.
inline std::string printed()
{
    fflush(stdout);
    return Run::content("stdout");
}

inline std::string written(FILE* stream)
{
    fflush(stream);
    return Run::content();
}

inline FILE* wide(const char* content = "hello world\n")
{
    FILE* const stream = Run::stream(content);
    fwide(stream, 1);
    return stream;
}

inline void opened(Run& r, FILE* stream) { r.effect(stream != nullptr && Run::open_fd(fileno(stream))); }

} // namespace rows
