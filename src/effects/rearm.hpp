// Edge-triggered epoll(7) tells of a descriptor once, until there is more to tell. A call that a fault made fail with
// EAGAIN, or cut short, has its host wait for that: what the fault held back has to be told again.
#pragma once

namespace faultline::effects {

/// Has every epoll set of this process that watches the descriptor by edges look anew at whether it is ready. What the
/// kernel says of the sets (/proc) is asked each time, for only that is right: sets are inherited, events are taken away
/// by EPOLLONESHOT. Several system calls for each descriptor of the process; none for a regular file. Any time after
/// boot; errno is left alone.
void rearm(int fd) noexcept;

} // namespace faultline::effects
