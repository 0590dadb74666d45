// The named bits of flag arguments.
#pragma once

#include "calls/spec.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>

namespace faultline::calls {

/// (argument & mask) == value says that the flag is set: some "flags" are values of a field.
struct NamedFlag {
    ShortLabel name;
    Flags::Kind kind;
    std::uint32_t mask;
    std::uint32_t value;
};

inline constexpr NamedFlag bit(ShortLabel name, Flags::Kind kind, std::uint32_t bits)
{
    return {name, kind, bits, bits};
}

using Kind = Flags::Kind;
inline constexpr auto named_flags = std::to_array<NamedFlag>({
    {"O_RDONLY", Kind::open, O_ACCMODE, O_RDONLY},
    {"O_WRONLY", Kind::open, O_ACCMODE, O_WRONLY},
    {"O_RDWR", Kind::open, O_ACCMODE, O_RDWR},
    bit("O_CREAT", Kind::open, O_CREAT),
    bit("O_EXCL", Kind::open, O_EXCL),
    bit("O_NOCTTY", Kind::open, O_NOCTTY),
    bit("O_TRUNC", Kind::open, O_TRUNC),
    bit("O_APPEND", Kind::open, O_APPEND),
    bit("O_NONBLOCK", Kind::open, O_NONBLOCK),
    bit("O_DSYNC", Kind::open, O_DSYNC),
    bit("O_SYNC", Kind::open, O_SYNC),
    bit("O_ASYNC", Kind::open, O_ASYNC),
    bit("O_DIRECT", Kind::open, O_DIRECT),
    bit("O_DIRECTORY", Kind::open, O_DIRECTORY),
    bit("O_NOFOLLOW", Kind::open, O_NOFOLLOW),
    bit("O_NOATIME", Kind::open, O_NOATIME),
    bit("O_CLOEXEC", Kind::open, O_CLOEXEC),
    bit("O_PATH", Kind::open, O_PATH),
    bit("O_TMPFILE", Kind::open, O_TMPFILE),
    {"PROT_NONE", Kind::protection, PROT_READ | PROT_WRITE | PROT_EXEC, PROT_NONE},
    bit("PROT_READ", Kind::protection, PROT_READ),
    bit("PROT_WRITE", Kind::protection, PROT_WRITE),
    bit("PROT_EXEC", Kind::protection, PROT_EXEC),
    {"MAP_SHARED", Kind::map, MAP_TYPE, MAP_SHARED},
    {"MAP_PRIVATE", Kind::map, MAP_TYPE, MAP_PRIVATE},
    {"MAP_SHARED_VALIDATE", Kind::map, MAP_TYPE, MAP_SHARED_VALIDATE},
    bit("MAP_FIXED", Kind::map, MAP_FIXED),
    bit("MAP_FIXED_NOREPLACE", Kind::map, MAP_FIXED_NOREPLACE),
    bit("MAP_ANONYMOUS", Kind::map, MAP_ANONYMOUS),
    bit("MAP_GROWSDOWN", Kind::map, MAP_GROWSDOWN),
    bit("MAP_HUGETLB", Kind::map, MAP_HUGETLB),
    bit("MAP_LOCKED", Kind::map, MAP_LOCKED),
    bit("MAP_NORESERVE", Kind::map, MAP_NORESERVE),
    bit("MAP_POPULATE", Kind::map, MAP_POPULATE),
    bit("MAP_STACK", Kind::map, MAP_STACK),
    bit("MSG_OOB", Kind::message, MSG_OOB),
    bit("MSG_PEEK", Kind::message, MSG_PEEK),
    bit("MSG_DONTROUTE", Kind::message, MSG_DONTROUTE),
    bit("MSG_TRUNC", Kind::message, MSG_TRUNC),
    bit("MSG_DONTWAIT", Kind::message, MSG_DONTWAIT),
    bit("MSG_EOR", Kind::message, MSG_EOR),
    bit("MSG_WAITALL", Kind::message, MSG_WAITALL),
    bit("MSG_CONFIRM", Kind::message, MSG_CONFIRM),
    bit("MSG_ERRQUEUE", Kind::message, MSG_ERRQUEUE),
    bit("MSG_NOSIGNAL", Kind::message, MSG_NOSIGNAL),
    bit("MSG_MORE", Kind::message, MSG_MORE),
    bit("MSG_WAITFORONE", Kind::message, MSG_WAITFORONE),
    bit("MSG_CMSG_CLOEXEC", Kind::message, MSG_CMSG_CLOEXEC),
    bit("MSG_ZEROCOPY", Kind::message, MSG_ZEROCOPY),
    bit("AT_SYMLINK_NOFOLLOW", Kind::at, AT_SYMLINK_NOFOLLOW),
    bit("AT_SYMLINK_FOLLOW", Kind::at, AT_SYMLINK_FOLLOW),
    bit("AT_NO_AUTOMOUNT", Kind::at, AT_NO_AUTOMOUNT),
    bit("AT_EMPTY_PATH", Kind::at, AT_EMPTY_PATH),
    bit("AT_REMOVEDIR", Kind::at, AT_REMOVEDIR),
    bit("AT_EACCESS", Kind::at, AT_EACCESS),
    {"SOCK_STREAM", Kind::socket, 0xf, SOCK_STREAM},
    {"SOCK_DGRAM", Kind::socket, 0xf, SOCK_DGRAM},
    {"SOCK_RAW", Kind::socket, 0xf, SOCK_RAW},
    {"SOCK_SEQPACKET", Kind::socket, 0xf, SOCK_SEQPACKET},
    bit("SOCK_NONBLOCK", Kind::socket, SOCK_NONBLOCK),
    bit("SOCK_CLOEXEC", Kind::socket, SOCK_CLOEXEC),
});

/// Whether a row has an argument of this kind.
[[nodiscard]] constexpr bool takes_flags(const Spec& spec, Flags::Kind kind) noexcept
{
    return kind == Flags::Kind::protection ? spec.protection != absent : spec.flags.kind == kind;
}

} // namespace faultline::calls
