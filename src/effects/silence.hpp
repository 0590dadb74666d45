// A connection on which nothing is heard any more. For who waits in the call itself that is a `hang`; who does not
// wait, and asks poll or epoll, has to find it silent as well, so there the kernel itself is made deaf.
#pragma once

namespace faultline::effects {

/// From now on nothing that arrives for the socket reaches it, and what had arrived is gone: neither data nor the
/// answer to a connect. The peer is not told, and what is sent goes out. False where that cannot be done: only TCP and
/// UDP can be made deaf. Any time; system calls.
bool deafen(int fd) noexcept;

} // namespace faultline::effects
