#include "effects/silence.hpp"

#include "sys/sockets.hpp"

#include <linux/filter.h>

namespace faultline::effects {

bool deafen(int fd) noexcept
{
    const int domain = sys::socket_option(fd, SO_DOMAIN);
    if (domain != AF_INET && domain != AF_INET6) return false;
    // Takes no byte of any packet. For TCP that is before its state machine: not even an acknowledgement is heard.
    sock_filter nothing{BPF_RET | BPF_K, 0, 0, 0};
    const sock_fprog program{1, &nothing};
    if (sys::call(SYS_setsockopt, fd, SOL_SOCKET, SO_ATTACH_FILTER, sys::address(&program), sizeof program) != 0)
        return false;
    // With MSG_TRUNC, TCP throws so many bytes away, and UDP a whole datagram that is not read.
    const long much = sys::socket_option(fd, SO_TYPE) == SOCK_STREAM ? 1L << 30 : 0;
    while (sys::call(SYS_recvfrom, fd, 0, much, MSG_TRUNC | MSG_DONTWAIT) > 0) {
    }
    return true;
}

} // namespace faultline::effects
