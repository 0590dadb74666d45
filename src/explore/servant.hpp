// The process of an enclosure: it arranges its view of the file system, runs commands as it is asked to, and ends all that
// they leave.
#pragma once

#include "explore/enclosure.hpp"
#include "explore/namespaces.hpp"

#include <cstdint>
#include <string>

namespace faultline::explore {

/// What it is asked for, one at a time.
struct Request {
    enum class Kind : std::uint8_t { run, start_fork_server, stop_fork_server };
    Kind kind = Kind::run;
    std::uint32_t command = 0;
    bool traced = false;
    std::int64_t limit_ns = 0;
};

/// Its answer to what is no run; that of a run is an End.
struct Refusal {
    char text[200] = {}; // empty: none
};

/// Becomes that process, in the child of fork_isolated(): tells over `channel` what could be arranged, and answers requests
/// until its other end is closed.
[[noreturn]] void serve_enclosure(const Surroundings& surroundings, const std::string& directory, int channel,
                                  Hello hello);

} // namespace faultline::explore
