#include "door/shared.hpp"

#include "sys/syscalls.hpp"

#include <cerrno>
#include <climits>
#include <cstring>
#include <linux/futex.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace faultline::door {
namespace {

bool send(int listener, seccomp_notif_resp response) noexcept
{
    return ::ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response) == 0;
}

} // namespace

const seccomp_notif* receive(Shared& shared, int listener) noexcept
{
    shared.received = {}; // as the kernel wants it; what was there has a place in `in_flight`, or was answered
    return ::ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &shared.received) == 0 ? &shared.received : nullptr;
}

bool answer(int listener, std::uint64_t id, std::int64_t value, std::int32_t error) noexcept
{
    return send(listener, {id, value, error, 0});
}

bool let_pass(int listener, std::uint64_t id) noexcept
{
    return send(listener, {id, 0, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE});
}

bool still_waits(int listener, std::uint64_t id) noexcept
{
    return ::ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

void keep(Shared& shared, int listener, int supervisor_pidfd) noexcept
{
    pollfd supervisor{supervisor_pidfd, POLLIN, 0};
    while (::poll(&supervisor, 1, -1) < 0 && errno == EINTR) {
    }
    if (shared.ended != 0) ::_exit(0);
    if (shared.failed == 0) std::strcpy(shared.problem, "the supervisor of the kernel's door was killed");
    shared.failed = 1;
    if (shared.ready == 0) { // it was killed before it began: the program waits for its word
        shared.ready = 1;
        sys::call(SYS_futex, sys::address(&shared.ready), FUTEX_WAKE, INT_MAX);
    }
    for (auto& each : shared.in_flight) {
        const auto id = each.id.load();
        if (id == 0) continue;
        if (each.state == InFlight::State::performed) {
            const auto result = each.result.load();
            answer(listener, id, result < 0 ? 0 : result, result < 0 ? static_cast<std::int32_t>(result) : 0);
        } else if (each.state == InFlight::State::performing) {
            answer(listener, id, 0, -EINTR); // never twice: the caller asks again, or not
        } else {
            let_pass(listener, id);
        }
    }
    // One that was received last and has no place there yet: nothing was done. Else the kernel knows that it is answered.
    if (shared.received.id != 0) let_pass(listener, shared.received.id);
    for (;;) {
        pollfd all{listener, POLLIN, 0};
        if (::poll(&all, 1, -1) < 0 && errno != EINTR) ::_exit(0);
        if ((all.revents & (POLLHUP | POLLERR)) != 0) ::_exit(0);
        if (const auto* const notification = receive(shared, listener)) let_pass(listener, notification->id);
    }
}

} // namespace faultline::door
