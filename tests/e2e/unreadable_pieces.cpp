#include "host.hpp"

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>

int main()
{
    auto* const nowhere = mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int pair[2];
    IS(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    GIVES(writev(pair[0], (iovec*)nowhere, 1), -1, EFAULT);
    GIVES(readv(pair[0], (iovec*)nowhere, 1), -1, EFAULT);
    GIVES(sendmsg(pair[0], (msghdr*)nowhere, 0), -1, EFAULT);
    msghdr message{};
    message.msg_iov = (iovec*)nowhere;
    message.msg_iovlen = 1;
    GIVES(recvmsg(pair[0], &message, MSG_DONTWAIT), -1, EFAULT);
    return 0;
}
