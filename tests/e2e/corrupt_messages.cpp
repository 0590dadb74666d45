#include "host.hpp"

#include <mqueue.h>
#include <sys/socket.h>

int main()
{
    int pair[2];
    IS(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
    char bytes[2][8] = {"abcd", "efgh"};
    iovec pieces[2] = {{bytes[0], 4}, {bytes[1], 4}};
    mmsghdr messages[2] = {};
    for (int i = 0; i < 2; ++i) {
        messages[i].msg_hdr.msg_iov = &pieces[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    GIVES(sendmmsg(pair[0], messages, 2, 0), 2, untouched);
    IS(messages[1].msg_len, 4);
    HOLDS(bytes[0], "abcd"); // the caller's own are untouched
    GIVES(recvmmsg(pair[1], messages, 2, 0, nullptr), 2, untouched);
    HOLDS(bytes[0], "cdef"); // one up on the way out, one on the way in
    HOLDS(bytes[1], "ghij");
    return 0;
}
