#include "effects/silence.hpp"

#include "sys/syscalls.hpp"

#include <linux/filter.h>
#include <sys/socket.h>

namespace faultline::effects {
namespace {

int option(int fd, int name) noexcept
{
    int value = 0;
    socklen_t size = sizeof value;
    return sys::call(SYS_getsockopt, fd, SOL_SOCKET, name, sys::address(&value), sys::address(&size)) == 0 ? value : -1;
}

} // namespace

bool deafen(int fd) noexcept
{
    const int domain = option(fd, SO_DOMAIN);
    if (domain != AF_INET && domain != AF_INET6) return false;
    // Takes no byte of any packet. For TCP that is before its state machine: not even an acknowledgement is heard.
    sock_filter nothing{BPF_RET | BPF_K, 0, 0, 0};
    const sock_fprog program{1, &nothing};
    if (sys::call(SYS_setsockopt, fd, SOL_SOCKET, SO_ATTACH_FILTER, sys::address(&program), sizeof program) != 0)
        return false;
    // With MSG_TRUNC, TCP throws so many bytes away, and UDP a datagram of which nobody takes a byte.
    const long much = option(fd, SO_TYPE) == SOCK_STREAM ? 1L << 30 : 0;
    while (sys::call(SYS_recvfrom, fd, 0, much, MSG_TRUNC | MSG_DONTWAIT) > 0) {
    }
    return true;
}

} // namespace faultline::effects
