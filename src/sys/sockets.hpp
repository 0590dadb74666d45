// What the kernel says of a socket, asked past every hook. As syscalls.hpp: at any time, and errno is left alone.
#pragma once

#include "sys/syscalls.hpp"

#include <sys/socket.h>

namespace faultline::sys {

/// A number of a socket's own (SO_TYPE, SO_DOMAIN …), or -1: not to be had, or no socket.
inline int socket_option(int fd, int name) noexcept
{
    int value = 0;
    socklen_t size = sizeof value;
    return call(SYS_getsockopt, fd, SOL_SOCKET, name, address(&value), address(&size)) == 0 ? value : -1;
}

} // namespace faultline::sys
