// Cases for src/calls/file.def: a file is opened, looked at and cut, and its permissions, times and attributes are set.
#include "file.hpp"

#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/time.h>
#include <sys/xattr.h>
#include <utime.h>

namespace rows {
namespace {

bool is_old(const char* name)
{
    struct stat status {};
    return lstat(name, &status) == 0 && status.st_mtim.tv_sec == 1000;
}

off_t length_of(const char* name)
{
    struct stat status {};
    return lstat(name, &status) == 0 ? status.st_size : -1;
}

constexpr timespec old_times[] = {{1000, 0}, {1000, 0}};
constexpr timeval old_values[] = {{1000, 0}, {1000, 0}};

template <class F, class... Arguments>
void opens(Run& r, Arguments... arguments)
{
    const int fd = r.call<F>(arguments...);
    r.effect(fd >= 0 && Run::open_fd(fd));
}

/// stat and its kin: of a file of 12 bytes. The size lies where it does in every version of the structure.
void sized(Run& r, const struct stat& status)
{
    r.saw(static_cast<long>(status.st_size));
    r.effect(status.st_size == 12);
}

char pattern[32];
/// A fresh pattern for mkstemp; in a static array, for the record is read after.
char* fresh(const char* text)
{
    strcpy(pattern, text);
    return pattern;
}

const Case cases[] = {
    {"open open64 __open __open64",
     [](Run& r) {
         opens<int(const char*, int, ...)>(r, r.path("made"), O_RDWR | O_CREAT | O_EXCL, 0640);
         r.saw(mode_of("made"));
     }},
    {"__open_2 __open64_2",
     [](Run& r) {
         close(Run::file());
         opens<int(const char*, int)>(r, r.path("file"), O_RDONLY);
     }},
    {"openat openat64",
     [](Run& r) {
         const int dir = directory();
         opens<int(int, const char*, int, ...)>(r, dir, r.path("made"), O_RDWR | O_CREAT | O_EXCL, 0640);
         r.saw(mode_of("dir/made"));
     }},
    {"__openat_2 __openat64_2",
     [](Run& r) {
         const int dir = directory();
         opens<int(int, const char*, int)>(r, dir, r.path("one"), O_RDONLY);
     }},
    {"creat creat64",
     [](Run& r) {
         opens<decltype(::creat)>(r, r.path("made"), 0640U);
         r.saw(mode_of("made"));
     }},
    {"name_to_handle_at",
     [](Run& r) {
         close(Run::file());
         struct {
             file_handle head;
             char rest[128];
         } handle{};
         handle.head.handle_bytes = 128;
         int mount = 0;
         r.call<decltype(::name_to_handle_at)>(AT_FDCWD, r.path("file"), &handle.head, &mount, 0);
     }},
    {"open_by_handle_at",
     [](Run& r) {
         struct {
             file_handle head;
             char rest[128];
         } handle{};
         handle.head.handle_bytes = 128;
         r.call<decltype(::open_by_handle_at)>(AT_FDCWD, &handle.head, O_RDONLY);
     }},

    {"stat stat64 lstat lstat64",
     [](Run& r) {
         struct stat status {};
         close(Run::file());
         r.call<int(const char*, struct stat*)>(r.path("file"), &status);
         sized(r, status);
     }},
    {"__xstat __xstat64 __lxstat __lxstat64",
     [](Run& r) {
         struct stat status {};
         close(Run::file());
         r.call<int(int, const char*, struct stat*)>(1, r.path("file"), &status);
         sized(r, status);
     }},
    {"fstat fstat64",
     [](Run& r) {
         struct stat status {};
         r.call<int(int, struct stat*)>(r.fd(Run::file()), &status);
         sized(r, status);
     }},
    {"__fxstat __fxstat64",
     [](Run& r) {
         struct stat status {};
         r.call<int(int, int, struct stat*)>(1, r.fd(Run::file()), &status);
         sized(r, status);
     }},
    {"fstatat fstatat64",
     [](Run& r) {
         struct stat status {};
         close(Run::file());
         r.call<int(int, const char*, struct stat*, int)>(AT_FDCWD, r.path("file"), &status, 0);
         sized(r, status);
     }},
    {"__fxstatat __fxstatat64",
     [](Run& r) {
         struct stat status {};
         close(Run::file());
         r.call<int(int, int, const char*, struct stat*, int)>(1, AT_FDCWD, r.path("file"), &status, 0);
         sized(r, status);
     }},
    {"statx",
     [](Run& r) {
         struct statx status {};
         close(Run::file());
         r.call<decltype(::statx)>(AT_FDCWD, r.path("file"), 0, STATX_SIZE, &status);
         r.effect(status.stx_size == 12);
     }},
    {"access",
     [](Run& r) {
         close(Run::file());
         r.call<decltype(::access)>(r.path("file"), R_OK);
     }},
    {"faccessat",
     [](Run& r) {
         close(Run::file());
         r.call<decltype(::faccessat)>(AT_FDCWD, r.path("file"), R_OK, 0);
     }},
    {"euidaccess eaccess",
     [](Run& r) {
         close(Run::file());
         r.call<decltype(::euidaccess)>(r.path("file"), R_OK);
     }},
    {"statfs statfs64 __statfs",
     [](Run& r) {
         struct statfs status {};
         r.call<decltype(::statfs)>(r.path("."), &status);
         r.effect(status.f_bsize != 0);
     }},
    {"fstatfs fstatfs64",
     [](Run& r) {
         struct statfs status {};
         r.call<decltype(::fstatfs)>(r.fd(Run::file()), &status);
         r.effect(status.f_bsize != 0);
     }},
    {"statvfs statvfs64",
     [](Run& r) {
         struct statvfs status {};
         r.call<decltype(::statvfs)>(r.path("."), &status);
         r.effect(status.f_bsize != 0);
     }},
    {"fstatvfs fstatvfs64",
     [](Run& r) {
         struct statvfs status {};
         r.call<decltype(::fstatvfs)>(r.fd(Run::file()), &status);
         r.effect(status.f_bsize != 0);
     }},
    {"pathconf", [](Run& r) { r.call<decltype(::pathconf)>(r.path("."), _PC_NAME_MAX); }},
    {"fpathconf", [](Run& r) { r.call<decltype(::fpathconf)>(r.fd(Run::file()), _PC_NAME_MAX); }},

    {"truncate truncate64",
     [](Run& r) {
         close(Run::file());
         r.call<decltype(::truncate)>(r.path("file"), 5);
         r.effect(length_of("file") == 5);
     }},
    {"ftruncate ftruncate64",
     [](Run& r) {
         r.call<decltype(::ftruncate)>(r.fd(Run::file()), 5);
         r.effect(length_of("file") == 5);
     }},
    {"fallocate fallocate64",
     [](Run& r) {
         const int result = r.call<decltype(::fallocate)>(r.fd(Run::file()), 0, 0, static_cast<off_t>(r.size(5000)));
         r.effect(r.failing ? length_of("file") != 12 : result != 0 || length_of("file") == 5000);
     }},
    {"posix_fallocate posix_fallocate64",
     [](Run& r) {
         r.call<decltype(::posix_fallocate)>(r.fd(Run::file()), 0, static_cast<off_t>(r.size(5000)));
         r.effect(length_of("file") == 5000);
     }},
    {"posix_fadvise posix_fadvise64",
     [](Run& r) { r.call<decltype(::posix_fadvise)>(r.fd(Run::file()), 0, 12, POSIX_FADV_WILLNEED); }},
    {"fsync", [](Run& r) { r.call<decltype(::fsync)>(r.fd(Run::file())); }},
    {"fdatasync", [](Run& r) { r.call<decltype(::fdatasync)>(r.fd(Run::file())); }},
    {"sync", [](Run& r) { r.call<decltype(::sync)>(); }},
    {"syncfs", [](Run& r) { r.call<decltype(::syncfs)>(r.fd(Run::file())); }},
    {"sync_file_range",
     [](Run& r) { r.call<decltype(::sync_file_range)>(r.fd(Run::file()), 0, 12, unsigned{SYNC_FILE_RANGE_WRITE}); }},

    {"chmod",
     [](Run& r) {
         close(Run::file());
         r.call<decltype(::chmod)>(r.path("file"), 0711U);
         r.effect(mode_of("file") == 0711);
     }},
    {"fchmod",
     [](Run& r) {
         r.call<decltype(::fchmod)>(r.fd(Run::file()), 0711U);
         r.effect(mode_of("file") == 0711);
     }},
    {"fchmodat",
     [](Run& r) {
         r.call<decltype(::fchmodat)>(directory(), r.path("one"), 0711U, 0);
         r.effect(mode_of("dir/one") == 0711);
     }},
    {"lchmod",
     [](Run& r) {
         close(Run::file());
         r.call<decltype(::lchmod)>(r.path("file"), 0711U);
         r.saw(mode_of("file"));
     }},
    {"chown lchown",
     [](Run& r) {
         close(Run::file());
         r.call<decltype(::chown)>(r.path("file"), getuid(), getgid());
     }},
    {"fchown", [](Run& r) { r.call<decltype(::fchown)>(r.fd(Run::file()), getuid(), getgid()); }},
    {"fchownat", [](Run& r) { r.call<decltype(::fchownat)>(directory(), r.path("one"), getuid(), getgid(), 0); }},
    {"utime",
     [](Run& r) {
         const utimbuf times{1000, 1000};
         close(Run::file());
         r.call<decltype(::utime)>(r.path("file"), &times);
         r.effect(is_old("file"));
     }},
    {"utimes lutimes",
     [](Run& r) {
         close(Run::file());
         r.call<int(const char*, const timeval*)>(r.path("file"), old_values);
         r.effect(is_old("file"));
     }},
    {"futimes",
     [](Run& r) {
         r.call<int(int, const timeval*)>(r.fd(Run::file()), old_values);
         r.effect(is_old("file"));
     }},
    {"futimens",
     [](Run& r) {
         r.call<int(int, const timespec*)>(r.fd(Run::file()), old_times);
         r.effect(is_old("file"));
     }},
    {"utimensat",
     [](Run& r) {
         r.call<int(int, const char*, const timespec*, int)>(directory(), r.path("one"), old_times, 0);
         r.effect(is_old("dir/one"));
     }},
    {"futimesat",
     [](Run& r) {
         r.call<int(int, const char*, const timeval*)>(directory(), r.path("one"), old_values);
         r.effect(is_old("dir/one"));
     }},

    // The record is written before the call, so it has the pattern; but see run.hpp's path(), which copies it.
    {"mkstemp mkstemp64", [](Run& r) { opens<decltype(::mkstemp)>(r, r.path(fresh("tmp.XXXXXX"))); }},
    {"mkostemp mkostemp64", [](Run& r) { opens<decltype(::mkostemp)>(r, r.path(fresh("tmp.XXXXXX")), O_CLOEXEC); }},
    {"mkstemps mkstemps64", [](Run& r) { opens<decltype(::mkstemps)>(r, r.path(fresh("tmp.XXXXXX.c")), 2); }},
    {"mkostemps mkostemps64",
     [](Run& r) { opens<decltype(::mkostemps)>(r, r.path(fresh("tmp.XXXXXX.c")), 2, O_CLOEXEC); }},
    {"mkdtemp",
     [](Run& r) {
         const char* const name = r.call<decltype(::mkdtemp)>(r.path(fresh("tmp.XXXXXX")));
         r.effect(name != nullptr && Run::exists(name));
     }},
    {"tempnam", [](Run& r) { r.call<decltype(::tempnam)>(".", "x"); }},

    // Where the file system keeps no attributes, both runs have to say so.
    {"getxattr lgetxattr",
     [](Run& r) {
         char value[10] = "";
         close(Run::file());
         setxattr("file", "user.key", "value", 5, 0);
         r.call<decltype(::getxattr)>(r.path("file"), "user.key", value, 9UL);
         r.saw(value);
     }},
    {"fgetxattr",
     [](Run& r) {
         char value[10] = "";
         const int fd = Run::file();
         setxattr("file", "user.key", "value", 5, 0);
         r.call<decltype(::fgetxattr)>(r.fd(fd), "user.key", value, 9UL);
         r.saw(value);
     }},
    {"setxattr lsetxattr",
     [](Run& r) {
         char value[10] = "";
         close(Run::file());
         r.call<decltype(::setxattr)>(r.path("file"), "user.key", "value", 5UL, 0);
         getxattr("file", "user.key", value, 9);
         r.saw(value);
     }},
    {"fsetxattr",
     [](Run& r) {
         char value[10] = "";
         r.call<decltype(::fsetxattr)>(r.fd(Run::file()), "user.key", "value", 5UL, 0);
         getxattr("file", "user.key", value, 9);
         r.saw(value);
     }},
    {"listxattr llistxattr",
     [](Run& r) {
         char names[100] = "";
         close(Run::file());
         setxattr("file", "user.key", "value", 5, 0);
         r.call<decltype(::listxattr)>(r.path("file"), names, sizeof names);
         r.saw(names);
     }},
    {"flistxattr",
     [](Run& r) {
         char names[100] = "";
         const int fd = Run::file();
         setxattr("file", "user.key", "value", 5, 0);
         r.call<decltype(::flistxattr)>(r.fd(fd), names, sizeof names);
         r.saw(names);
     }},
    {"removexattr lremovexattr",
     [](Run& r) {
         close(Run::file());
         setxattr("file", "user.key", "value", 5, 0);
         r.call<decltype(::removexattr)>(r.path("file"), "user.key");
         r.saw(static_cast<long>(getxattr("file", "user.key", nullptr, 0)));
     }},
    {"fremovexattr",
     [](Run& r) {
         const int fd = Run::file();
         setxattr("file", "user.key", "value", 5, 0);
         r.call<decltype(::fremovexattr)>(r.fd(fd), "user.key");
         r.saw(static_cast<long>(getxattr("file", "user.key", nullptr, 0)));
     }},
};

const Family family("file", cases);

} // namespace
} // namespace rows
