// Cases for src/calls/net.def: sockets, and the calls that wait for them. No network but the loopback.
#include "run.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/uio.h>
#include <sys/un.h>

namespace rows {
namespace {

/// Two connected sockets; a word waits at the first.
struct Pair {
    int one = -1, other = -1;
    explicit Pair(int type = SOCK_STREAM, bool word_waits = true)
    {
        int ends[2];
        if (socketpair(AF_UNIX, type, 0, ends) != 0) abort();
        one = ends[0], other = ends[1];
        if (word_waits && write(other, "hello", 5) != 5) abort();
    }
    [[nodiscard]] std::string arrived() const
    {
        char bytes[20];
        const auto count = sys::call(SYS_recvfrom, other, sys::address(bytes), sizeof bytes, MSG_DONTWAIT);
        return count < 0 ? std::string{} : std::string(bytes, static_cast<std::size_t>(count));
    }
};

struct Address {
    sockaddr_in in{};
    socklen_t size = sizeof in;
    Address()
    {
        in.sin_family = AF_INET;
        in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    }
    explicit Address(int fd) { getsockname(fd, any(), &size); }
    [[nodiscard]] sockaddr* any() { return reinterpret_cast<sockaddr*>(&in); }
};

int tcp() { return socket(AF_INET, SOCK_STREAM, 0); }

int listener()
{
    const int fd = tcp();
    Address here;
    if (bind(fd, here.any(), here.size) != 0 || listen(fd, 4) != 0) abort();
    return fd;
}

/// A listening socket to which somebody has connected.
int visited()
{
    const int fd = listener();
    Address there(fd);
    if (connect(tcp(), there.any(), there.size) != 0) abort();
    return fd;
}

struct Message {
    char bytes[6] = "";
    iovec piece{bytes, 5};
    msghdr header{};
    explicit Message(const char* text = "")
    {
        strcpy(bytes, text);
        header.msg_iov = &piece;
        header.msg_iovlen = 1;
    }
};

/// The word waits at a descriptor below 1024.
struct Set {
    Pair pair;
    fd_set descriptors;
    Set()
    {
        FD_ZERO(&descriptors);
        FD_SET(pair.one, &descriptors);
    }
};

struct Epoll {
    Pair pair;
    int fd = epoll_create1(0);
    epoll_event event{};
    Epoll()
    {
        event.events = EPOLLIN;
        event.data.u32 = 7;
        epoll_ctl(fd, EPOLL_CTL_ADD, pair.one, &event);
        event.data.u32 = 0;
    }
};

const Case cases[] = {
    {"socket", [](Run& r) { r.effect(Run::open_fd(r.call<decltype(::socket)>(AF_UNIX, int{SOCK_STREAM}, 0))); }},
    {"socketpair",
     [](Run& r) {
         int ends[2] = {-1, -1};
         r.call<decltype(::socketpair)>(AF_UNIX, int{SOCK_STREAM}, 0, ends);
         r.effect(Run::open_fd(ends[1]));
     }},
    {"bind",
     [](Run& r) {
         const int fd = tcp();
         Address here;
         r.call<int(int, const sockaddr*, socklen_t)>(r.fd(fd), here.any(), here.size);
         r.effect(Address(fd).in.sin_port != 0);
     }},
    {"listen",
     [](Run& r) {
         const int fd = tcp();
         r.call<decltype(::listen)>(r.fd(fd), 4);
         int listens = 0;
         socklen_t size = sizeof listens;
         getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size);
         r.effect(listens == 1);
     }},
    {"accept",
     [](Run& r) { r.effect(r.call<int(int, sockaddr*, socklen_t*)>(r.fd(visited()), nullptr, nullptr) >= 0); }},
    {"accept4",
     [](Run& r) {
         r.effect(r.call<int(int, sockaddr*, socklen_t*, int)>(r.fd(visited()), nullptr, nullptr, int{SOCK_CLOEXEC}) >=
                  0);
     }},
    {"connect __connect",
     [](Run& r) {
         Address there(listener());
         const int fd = tcp();
         r.call<int(int, const sockaddr*, socklen_t)>(r.fd(fd), there.any(), there.size);
         Address peer;
         r.effect(getpeername(fd, peer.any(), &peer.size) == 0);
     }},
    {"shutdown",
     [](Run& r) {
         const Pair pair;
         r.call<decltype(::shutdown)>(r.fd(pair.one), int{SHUT_WR});
         char byte;
         r.effect(recv(pair.other, &byte, 1, MSG_DONTWAIT) == 0);
     }},
    {"send __send",
     [](Run& r) {
         const Pair pair;
         r.call<ssize_t(int, const void*, size_t, int)>(r.fd(pair.one), "HELLO", r.size(5), 0);
         r.effect(pair.arrived() == "HELLO");
     }},
    {"sendto",
     [](Run& r) {
         const Pair pair;
         r.call<ssize_t(int, const void*, size_t, int, const sockaddr*, socklen_t)>(r.fd(pair.one), "HELLO", r.size(5),
                                                                                    0, nullptr, 0U);
         r.effect(pair.arrived() == "HELLO");
     }},
    {"sendmsg",
     [](Run& r) {
         const Pair pair;
         Message message("HELLO");
         r.size(5);
         r.call<decltype(::sendmsg)>(r.fd(pair.one), &message.header, 0);
         r.effect(pair.arrived() == "HELLO");
     }},
    {"sendmmsg",
     [](Run& r) {
         const Pair pair;
         Message message("HELLO");
         mmsghdr all{message.header, 0};
         r.size(5);
         r.call<decltype(::sendmmsg)>(r.fd(pair.one), &all, 1U, 0);
         r.effect(pair.arrived() == "HELLO");
     }},
    {"recv",
     [](Run& r) {
         char bytes[6] = "";
         r.call<decltype(::recv)>(r.fd(Pair().one), bytes, r.size(5), 0);
         r.effect(strcmp(bytes, "hello") == 0);
     }},
    {"__recv_chk",
     [](Run& r) {
         char bytes[6] = "";
         r.call<ssize_t(int, void*, size_t, size_t, int)>(r.fd(Pair().one), bytes, r.size(5), sizeof bytes, 0);
         r.effect(strcmp(bytes, "hello") == 0);
     }},
    {"recvfrom",
     [](Run& r) {
         char bytes[6] = "";
         r.call<ssize_t(int, void*, size_t, int, sockaddr*, socklen_t*)>(r.fd(Pair().one), bytes, r.size(5), 0, nullptr,
                                                                         nullptr);
         r.effect(strcmp(bytes, "hello") == 0);
     }},
    {"__recvfrom_chk",
     [](Run& r) {
         char bytes[6] = "";
         r.call<ssize_t(int, void*, size_t, size_t, int, sockaddr*, socklen_t*)>(r.fd(Pair().one), bytes, r.size(5),
                                                                                 sizeof bytes, 0, nullptr, nullptr);
         r.effect(strcmp(bytes, "hello") == 0);
     }},
    {"recvmsg",
     [](Run& r) {
         Message message;
         r.size(5);
         r.call<decltype(::recvmsg)>(r.fd(Pair().one), &message.header, 0);
         r.effect(strcmp(message.bytes, "hello") == 0);
     }},
    {"recvmmsg",
     [](Run& r) {
         Message message;
         mmsghdr all{message.header, 0};
         r.size(5);
         r.call<int(int, mmsghdr*, unsigned, int, timespec*)>(r.fd(Pair().one), &all, 1U, 0, nullptr);
         r.effect(strcmp(message.bytes, "hello") == 0);
     }},
    {"getsockopt",
     [](Run& r) {
         int type = 0;
         socklen_t size = sizeof type;
         r.call<decltype(::getsockopt)>(r.fd(Pair().one), SOL_SOCKET, SO_TYPE, &type, &size);
         r.effect(type == SOCK_STREAM);
     }},
    {"setsockopt",
     [](Run& r) {
         const int fd = tcp();
         int value = 1;
         socklen_t size = sizeof value;
         r.call<decltype(::setsockopt)>(r.fd(fd), SOL_SOCKET, SO_KEEPALIVE, &value, size);
         value = 0;
         getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &value, &size);
         r.effect(value == 1);
     }},
    {"getsockname",
     [](Run& r) {
         Address here;
         here.in.sin_port = 0;
         const int fd = listener();
         r.call<int(int, sockaddr*, socklen_t*)>(r.fd(fd), here.any(), &here.size);
         r.effect(here.in.sin_port != 0);
     }},
    {"getpeername",
     [](Run& r) {
         sockaddr_un peer{};
         socklen_t size = sizeof peer;
         r.call<int(int, sockaddr*, socklen_t*)>(r.fd(Pair().one), reinterpret_cast<sockaddr*>(&peer), &size);
         r.effect(peer.sun_family == AF_UNIX);
     }},
    {"sockatmark",
     [](Run& r) {
         const int fd = accept(visited(), nullptr, nullptr);
         r.call<decltype(::sockatmark)>(r.fd(fd));
     }},

    {"select __select",
     [](Run& r) {
         Set set;
         timeval none{};
         const int highest = set.pair.one + 1;
         FD_SET(set.pair.other, &set.descriptors);
         r.call<decltype(::select)>(std::max(highest, set.pair.other + 1), &set.descriptors, nullptr, nullptr, &none);
         r.effect(!FD_ISSET(set.pair.other, &set.descriptors));
     }},
    {"pselect",
     [](Run& r) {
         Set set;
         const timespec none{};
         FD_SET(set.pair.other, &set.descriptors);
         r.call<decltype(::pselect)>(set.pair.other + 1, &set.descriptors, nullptr, nullptr, &none, nullptr);
         r.effect(!FD_ISSET(set.pair.other, &set.descriptors));
     }},
    {"poll __poll",
     [](Run& r) {
         pollfd one{Pair().one, POLLIN, 0};
         r.call<int(pollfd*, nfds_t, int)>(&one, 1UL, 0);
         r.effect(one.revents == POLLIN);
     }},
    {"__poll_chk",
     [](Run& r) {
         pollfd one{Pair().one, POLLIN, 0};
         r.call<int(pollfd*, nfds_t, int, size_t)>(&one, 1UL, 0, sizeof one);
         r.effect(one.revents == POLLIN);
     }},
    {"ppoll",
     [](Run& r) {
         pollfd one{Pair().one, POLLIN, 0};
         const timespec none{};
         r.call<int(pollfd*, nfds_t, const timespec*, const sigset_t*)>(&one, 1UL, &none, nullptr);
         r.effect(one.revents == POLLIN);
     }},
    {"__ppoll_chk",
     [](Run& r) {
         pollfd one{Pair().one, POLLIN, 0};
         const timespec none{};
         r.call<int(pollfd*, nfds_t, const timespec*, const sigset_t*, size_t)>(&one, 1UL, &none, nullptr, sizeof one);
         r.effect(one.revents == POLLIN);
     }},
    {"epoll_create", [](Run& r) { r.effect(Run::open_fd(r.call<decltype(::epoll_create)>(1))); }},
    {"epoll_create1", [](Run& r) { r.effect(Run::open_fd(r.call<decltype(::epoll_create1)>(0))); }},
    {"epoll_ctl",
     [](Run& r) {
         Epoll epoll;
         r.call<decltype(::epoll_ctl)>(epoll.fd, EPOLL_CTL_DEL, r.fd(epoll.pair.one), nullptr);
         r.effect(epoll_wait(epoll.fd, &epoll.event, 1, 0) == 0);
     }},
    {"epoll_wait",
     [](Run& r) {
         Epoll epoll;
         r.call<decltype(::epoll_wait)>(r.fd(epoll.fd), &epoll.event, 1, 0);
         r.effect(epoll.event.data.u32 == 7);
     }},
    {"epoll_pwait",
     [](Run& r) {
         Epoll epoll;
         r.call<decltype(::epoll_pwait)>(r.fd(epoll.fd), &epoll.event, 1, 0, nullptr);
         r.effect(epoll.event.data.u32 == 7);
     }},
    {"epoll_pwait2",
     [](Run& r) {
         Epoll epoll;
         const timespec none{};
         r.call<decltype(::epoll_pwait2)>(r.fd(epoll.fd), &epoll.event, 1, &none, nullptr);
         r.saw(epoll.event.data.u32);
     }},
};

const Family family("net", cases);

} // namespace
} // namespace rows
