// Where the calls of a recording were made from: a number for each stack, of which the recording has the addresses.
#pragma once

#include "door/origin.hpp"
#include "door/record_caller.hpp"
#include "door/record_writer.hpp"

#include <map>

namespace faultline::door {

class CallSites {
public:
    /// Of a call that waits for its answer: only then its stack can be looked at. 0: nothing is known of it.
    [[nodiscard]] std::uint32_t of(const Asked& asked, RecordWriter& writer);
    /// The process executes something else.
    void forget(pid_t process) { processes_.erase(process); }

private:
    std::map<pid_t, Origins> processes_;
};

} // namespace faultline::door
