// What the parts of carrying a job out share: ways to answer it, and the types of fault that only wait.
#pragma once

#include "door/job.hpp"

namespace faultline::door {

/// Answers with a result, or with -errno.
Wait reply(Job& job, int listener, std::int64_t result);
/// Answers with an errno, which the event tells.
Wait fail(Job& job, int listener, std::int32_t error);
/// Lets the call pass.
Wait pass(Job& job, int listener);
/// Whether a descriptor of the caller's is a socket or another thing that does not wait.
[[nodiscard]] bool asks_not_to_wait(const Job& job);

Wait time_out(Job& job, int listener);
Wait hang(Job& job, int listener);
Wait hold(Job& job, int listener);

} // namespace faultline::door
