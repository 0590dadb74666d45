// Cases for src/calls/net.def. No network but the loopback: names are numbers or "localhost", and the resolver is
// pointed at a port of this machine where no program listens.
#include "run.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <resolv.h>
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

const in_addr loopback{htonl(INADDR_LOOPBACK)};
char room[4000];

void found(Run& r, const hostent* host) { r.saw(host == nullptr ? "nobody" : host->h_name); }
void found_r(Run& r, const hostent& host, const hostent* result) { r.saw(result == &host ? host.h_name : "nobody"); }

void lead_astray(res_state state)
{
    res_ninit(state);
    state->nscount = 1;
    state->nsaddr_list[0].sin_family = AF_INET;
    state->nsaddr_list[0].sin_port = htons(1);
    state->nsaddr_list[0].sin_addr = loopback;
    state->retry = 1;
    state->retrans = 1;
    state->ndots = 1;
    state->dnsrch[0] = nullptr;
}

unsigned char answer[512];

/// A question to the name server, as res_mkquery makes it.
int question(unsigned char (&bytes)[512])
{
    return res_mkquery(QUERY, "name.invalid", C_IN, T_A, nullptr, 0, nullptr, bytes, sizeof bytes);
}

const Case table[] = {
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

    {"getaddrinfo",
     [](Run& r) {
         addrinfo* list = nullptr;
         r.call<int(const char*, const char*, const addrinfo*, addrinfo**)>(r.path("127.0.0.1"), "1", nullptr, &list);
         r.effect(list != nullptr);
     }},
    {"getnameinfo",
     [](Run& r) {
         Address here;
         r.call<int(const sockaddr*, socklen_t, char*, socklen_t, char*, socklen_t, int)>(
             here.any(), here.size, room, 100U, nullptr, 0U, NI_NUMERICHOST);
         r.effect(strcmp(room, "127.0.0.1") == 0);
     }},
    {"gethostbyname", [](Run& r) { found(r, r.call<decltype(::gethostbyname)>(r.path("127.0.0.1"))); }},
    {"gethostbyname2", [](Run& r) { found(r, r.call<decltype(::gethostbyname2)>(r.path("127.0.0.1"), AF_INET)); }},
    {"gethostbyname_r",
     [](Run& r) {
         hostent host{}, *result = nullptr;
         int why = 0;
         r.call<decltype(::gethostbyname_r)>(r.path("127.0.0.1"), &host, room, sizeof room, &result, &why);
         found_r(r, host, result);
     }},
    {"gethostbyname2_r",
     [](Run& r) {
         hostent host{}, *result = nullptr;
         int why = 0;
         r.call<decltype(::gethostbyname2_r)>(r.path("127.0.0.1"), AF_INET, &host, room, sizeof room, &result, &why);
         found_r(r, host, result);
     }},
    {"gethostbyaddr",
     [](Run& r) { found(r, r.call<hostent*(const void*, socklen_t, int)>(&loopback, socklen_t{4}, AF_INET)); }},
    {"gethostbyaddr_r",
     [](Run& r) {
         hostent host{}, *result = nullptr;
         int why = 0;
         r.call<decltype(::gethostbyaddr_r)>(&loopback, socklen_t{4}, AF_INET, &host, room, sizeof room, &result, &why);
         found_r(r, host, result);
     }},
    {"getservbyname", [](Run& r) { r.call<decltype(::getservbyname)>("http", "tcp"); }},
    {"getservbyport", [](Run& r) { r.call<decltype(::getservbyport)>(int{htons(80)}, "tcp"); }},
    {"getservbyname_r",
     [](Run& r) {
         servent entry{}, *result = nullptr;
         r.call<decltype(::getservbyname_r)>("http", "tcp", &entry, room, sizeof room, &result);
         r.saw(result == &entry);
     }},
    {"getservbyport_r",
     [](Run& r) {
         servent entry{}, *result = nullptr;
         r.call<decltype(::getservbyport_r)>(int{htons(80)}, "tcp", &entry, room, sizeof room, &result);
         r.saw(result == &entry);
     }},
    {"getprotobyname", [](Run& r) { r.call<decltype(::getprotobyname)>("tcp"); }},
    {"getprotobynumber", [](Run& r) { r.call<decltype(::getprotobynumber)>(6); }},
    {"getprotobyname_r",
     [](Run& r) {
         protoent entry{}, *result = nullptr;
         r.call<decltype(::getprotobyname_r)>("tcp", &entry, room, sizeof room, &result);
         r.saw(result == &entry);
     }},
    {"getprotobynumber_r",
     [](Run& r) {
         protoent entry{}, *result = nullptr;
         r.call<decltype(::getprotobynumber_r)>(6, &entry, room, sizeof room, &result);
         r.saw(result == &entry);
     }},
    {"gethostname",
     [](Run& r) {
         r.call<decltype(::gethostname)>(room, r.size(100));
         r.effect(room[0] != '\0');
     }},
    {"__gethostname_chk",
     [](Run& r) {
         r.call<int(char*, size_t, size_t)>(room, r.size(100), sizeof room);
         r.effect(room[0] != '\0');
     }},
    {"getdomainname",
     [](Run& r) {
         r.call<decltype(::getdomainname)>(room, r.size(100));
         r.effect(room[0] != '\0');
     }},
    {"__getdomainname_chk",
     [](Run& r) {
         r.call<int(char*, size_t, size_t)>(room, r.size(100), sizeof room);
         r.effect(room[0] != '\0');
     }},
    // Longer than a name may be: refused, to any user.
    {"sethostname setdomainname", [](Run& r) { r.call<int(const char*, size_t)>("x", 100'000UL); }},
    {"getifaddrs",
     [](Run& r) {
         ifaddrs* list = nullptr;
         r.call<decltype(::getifaddrs)>(&list);
         r.effect(list != nullptr);
     }},
    {"if_nametoindex", [](Run& r) { r.call<decltype(::if_nametoindex)>("lo"); }},
    {"if_indextoname", [](Run& r) { r.call<decltype(::if_indextoname)>(1U, room); }},
    {"if_nameindex", [](Run& r) { r.call<decltype(::if_nameindex)>(); }},
    {"res_query __res_query res_search __res_search",
     [](Run& r) {
         lead_astray(&_res);
         r.call<int(const char*, int, int, unsigned char*, int)>("name.invalid.", int{C_IN}, int{T_A}, answer, 512);
     }},
    {"res_querydomain",
     [](Run& r) {
         lead_astray(&_res);
         r.call<int(const char*, const char*, int, int, unsigned char*, int)>("name", "invalid", int{C_IN}, int{T_A},
                                                                              answer, 512);
     }},
    {"res_send",
     [](Run& r) {
         lead_astray(&_res);
         unsigned char bytes[512];
         const int size = question(bytes);
         r.call<int(const unsigned char*, int, unsigned char*, int)>(bytes, size, answer, 512);
     }},
    {"res_nquery res_nsearch",
     [](Run& r) {
         static struct __res_state state;
         lead_astray(&state);
         r.call<int(res_state, const char*, int, int, unsigned char*, int)>(&state, "name.invalid.", int{C_IN},
                                                                            int{T_A}, answer, 512);
     }},
    {"res_nsend",
     [](Run& r) {
         static struct __res_state state;
         lead_astray(&state);
         unsigned char bytes[512];
         const int size = question(bytes);
         r.call<int(res_state, const unsigned char*, int, unsigned char*, int)>(&state, bytes, size, answer, 512);
     }},
    {"__res_init", [](Run& r) { r.call<int()>(); }},
    {"__res_ninit",
     [](Run& r) {
         static struct __res_state state;
         r.call<int(res_state)>(&state);
     }},
};

} // namespace

Cases net_cases() { return {table, std::size(table)}; }

} // namespace rows
