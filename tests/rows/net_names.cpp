// Cases for src/calls/net.def: names. They are numbers or "localhost", and the resolver is pointed at a port of this
// machine where no program listens.
#include "run.hpp"

#include <algorithm>
#include <arpa/nameser.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>

namespace rows {
namespace {

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

const Case cases[] = {
    {"getaddrinfo",
     [](Run& r) {
         addrinfo* list = nullptr;
         r.call<int(const char*, const char*, const addrinfo*, addrinfo**)>(r.path("127.0.0.1"), "1", nullptr, &list);
         r.effect(list != nullptr);
     }},
    {"getnameinfo",
     [](Run& r) {
         sockaddr_in here{};
         here.sin_family = AF_INET;
         here.sin_addr = loopback;
         r.call<int(const sockaddr*, socklen_t, char*, socklen_t, char*, socklen_t, int)>(
             reinterpret_cast<const sockaddr*>(&here), socklen_t{sizeof here}, room, 100U, nullptr, 0U, NI_NUMERICHOST);
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

const Family family("net", cases);

} // namespace
} // namespace rows
