// Where the structures that stat and its kin fill hold what they tell. One row for each field; an attribute of two fields
// stands in both.
#pragma once

#include "calls/spec.hpp"

#include <cstddef>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>

namespace faultline::calls {

struct Attribute {
    enum class Notation : std::uint8_t { number, mode, time };
    ShortLabel name;
    Reports::What structure;
    Notation notation;
    std::uint16_t offset;
    std::uint8_t bytes; // of a time: of its seconds, and the nanoseconds stand behind them
};

#define FIELD(name, structure, what, notation, field)                                                                  \
    {                                                                                                                  \
        name, Reports::What::what, Attribute::Notation::notation,                                                      \
            static_cast<std::uint16_t>(offsetof(struct structure, field)), sizeof(structure::field)                    \
    }
#define TIME(name, structure, what, field)                                                                             \
    {                                                                                                                  \
        name, Reports::What::what, Attribute::Notation::time,                                                          \
            static_cast<std::uint16_t>(offsetof(struct structure, field)), 8                                           \
    }
#define STATX(name, notation, field) FIELD(name, statx, statx, notation, field)
inline constexpr Attribute attributes[] = {
    FIELD("dev", stat, stat, number, st_dev),
    FIELD("ino", stat, stat, number, st_ino),
    FIELD("mode", stat, stat, mode, st_mode),
    FIELD("nlink", stat, stat, number, st_nlink),
    FIELD("uid", stat, stat, number, st_uid),
    FIELD("gid", stat, stat, number, st_gid),
    FIELD("rdev", stat, stat, number, st_rdev),
    FIELD("size", stat, stat, number, st_size),
    FIELD("blksize", stat, stat, number, st_blksize),
    FIELD("blocks", stat, stat, number, st_blocks),
    TIME("atime", stat, stat, st_atim),
    TIME("mtime", stat, stat, st_mtim),
    TIME("ctime", stat, stat, st_ctim),
    STATX("ino", number, stx_ino),
    STATX("mode", mode, stx_mode),
    STATX("nlink", number, stx_nlink),
    STATX("uid", number, stx_uid),
    STATX("gid", number, stx_gid),
    STATX("size", number, stx_size),
    STATX("blksize", number, stx_blksize),
    STATX("blocks", number, stx_blocks),
    TIME("atime", statx, statx, stx_atime),
    TIME("mtime", statx, statx, stx_mtime),
    TIME("ctime", statx, statx, stx_ctime),
    TIME("btime", statx, statx, stx_btime),
    FIELD("type", statfs, statfs, number, f_type),
    FIELD("blksize", statfs, statfs, number, f_bsize),
    FIELD("blocks", statfs, statfs, number, f_blocks),
    FIELD("free", statfs, statfs, number, f_bfree),
    FIELD("free", statfs, statfs, number, f_bavail),
    FIELD("available", statfs, statfs, number, f_bavail),
    FIELD("inodes", statfs, statfs, number, f_files),
    FIELD("free_inodes", statfs, statfs, number, f_ffree),
    FIELD("blksize", statvfs, statvfs, number, f_bsize),
    FIELD("blksize", statvfs, statvfs, number, f_frsize),
    FIELD("blocks", statvfs, statvfs, number, f_blocks),
    FIELD("free", statvfs, statvfs, number, f_bfree),
    FIELD("free", statvfs, statvfs, number, f_bavail),
    FIELD("available", statvfs, statvfs, number, f_bavail),
    FIELD("inodes", statvfs, statvfs, number, f_files),
    FIELD("free_inodes", statvfs, statvfs, number, f_ffree),
    FIELD("free_inodes", statvfs, statvfs, number, f_favail),
};
#undef STATX
#undef TIME
#undef FIELD

/// A row of an attribute, or null: there is none of that name.
[[nodiscard]] constexpr const Attribute* find_attribute(std::string_view name) noexcept
{
    for (const auto& attribute : attributes)
        if (attribute.name == name) return &attribute;
    return nullptr;
}

[[nodiscard]] constexpr bool reports_attribute(const Spec& spec, std::string_view name) noexcept
{
    for (const auto& attribute : attributes)
        if (attribute.structure == spec.reports.what && attribute.name == name) return true;
    return false;
}

} // namespace faultline::calls
