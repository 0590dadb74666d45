#include "host.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/un.h>

static int listening(int family, const char* address, in_port_t port)
{
    const int fd = socket(family, SOCK_STREAM, 0);
    sockaddr_in inet = {};
    inet.sin_family = AF_INET;
    inet.sin_port = htons(port);
    sockaddr_un local = {};
    local.sun_family = AF_UNIX;
    if (family == AF_INET) {
        IS(inet_pton(AF_INET, address, &inet.sin_addr), 1);
        const int yes = 1;
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        IS(bind(fd, (sockaddr*)&inet, sizeof inet), 0);
    } else {
        strcpy(local.sun_path, address);
        IS(bind(fd, (sockaddr*)&local, sizeof local), 0);
    }
    IS(listen(fd, 5), 0);
    return fd;
}
/// Connects to whom the descriptor listens for.
static int reach(int listener)
{
    sockaddr_storage address;
    socklen_t size = sizeof address;
    IS(getsockname(listener, (sockaddr*)&address, &size), 0);
    const int fd = socket(address.ss_family, SOCK_STREAM, 0);
    return connect(fd, (sockaddr*)&address, size) == 0 ? fd : -errno;
}
static int sent(int fd) { return send(fd, "x", 1, MSG_NOSIGNAL) == 1 ? 0 : errno; }

int main()
{
    const int network = reach(listening(AF_INET, "127.7.7.7", 0));
    IS(sent(network), ENOBUFS);
    IS(sent(dup(network)), ENOBUFS);
    const int near = listening(AF_INET, "127.8.0.1", 0);
    const int other = reach(near);
    IS(sent(other), 0);
    IS(sent(accept(near, nullptr, nullptr)), 0); // its peer is 127.0.0.1, at another port

    char path[200];
    IS(getcwd(path, sizeof path - 20) != nullptr, true);
    IS(sent(reach(listening(AF_UNIX, strcat(path, "/a.sock"), 0))), ENOBUFS);
    path[strlen(path) - 6] = 'b';
    IS(sent(reach(listening(AF_UNIX, path, 0))), 0);

    // A name that getaddrinfo gave: the address alone says nothing.
    const int named = listening(AF_INET, "127.0.0.1", 0);
    IS(sent(reach(named)), 0);
    addrinfo hints = {};
    hints.ai_family = AF_INET;
    addrinfo* found = nullptr;
    IS(getaddrinfo("LocalHost", nullptr, &hints, &found), 0);
    freeaddrinfo(found);
    IS(sent(reach(named)), ENOBUFS);

    // The call's own address: a connection that is to be, a datagram's receiver. By its port.
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(0x7f090001);
    address.sin_port = htons(5353);
    GIVES(connect(socket(AF_INET, SOCK_STREAM, 0), (sockaddr*)&address, sizeof address), -1, ENETUNREACH);
    const int datagrams = socket(AF_INET, SOCK_DGRAM, 0);
    GIVES(sendto(datagrams, "x", 1, 0, (sockaddr*)&address, sizeof address), -1, ENETUNREACH);
    address.sin_port = htons(5354);
    GIVES(sendto(datagrams, "x", 1, 0, (sockaddr*)&address, sizeof address), 1, untouched);
    // A descriptor that gets another peer.
    IS(send(datagrams, "x", 1, 0), -1);
    IS(connect(datagrams, (sockaddr*)&address, sizeof address), 0);
    IS(sent(datagrams), 0);
    address.sin_addr.s_addr = htonl(0x7f070001);
    IS(connect(datagrams, (sockaddr*)&address, sizeof address), 0);
    IS(sent(datagrams), ENOBUFS);
    return 0;
}
