#include "host.hpp"

#include <arpa/nameser.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <sys/socket.h>

int main()
{
    addrinfo* found = nullptr;
    ifaddrs* interfaces = nullptr;
    IS(getaddrinfo("localhost", "1", nullptr, &found), 0); // getaddrinfo → socket, connect, …
    IS(getifaddrs(&interfaces), 0);                        // getifaddrs → socket, sendto, recvmsg
    IS(if_nametoindex("lo") != 0, true);                   // if_nametoindex → socket, ioctl
    res_init();
    _res.nscount = 1;
    _res.retry = 1;
    _res.retrans = 1;
    _res.nsaddr_list[0].sin_family = AF_INET;
    _res.nsaddr_list[0].sin_port = htons(1);
    _res.nsaddr_list[0].sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    unsigned char answer[512];
    IS(res_query("name.invalid", C_IN, T_A, answer, sizeof answer), -1); // res_query → socket, connect, send, poll
    GIVES(socket(AF_UNIX, SOCK_STREAM, 0), -1, ENOBUFS);
    return 0;
}
