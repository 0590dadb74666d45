// Cases for src/calls/file.def.
#include "run.hpp"

#include <fts.h>
#include <ftw.h>
#include <glob.h>
#include <sys/mount.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/xattr.h>
#include <utime.h>

namespace rows {
namespace {

mode_t mode_of(const char* name)
{
    struct stat status {};
    return lstat(name, &status) == 0 ? status.st_mode & 07777U : 0;
}

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

/// A directory "dir" with a file "one" in it, open.
int directory()
{
    mkdir("dir", 0755);
    close(Run::file("1", O_RDWR, "dir/one"));
    return open("dir", O_RDONLY | O_DIRECTORY);
}

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

int no_visit(const char*, const struct stat*, int) { return 7; }
int no_deep_visit(const char*, const struct stat*, int, FTW*) { return 7; }

/// fts over the directory "dir".
FTS* walk()
{
    static char name[] = "dir";
    static char* names[] = {name, nullptr};
    directory();
    return fts_open(names, FTS_PHYSICAL | FTS_NOCHDIR, nullptr);
}

void scan(Run& r, bool at)
{
    directory();
    dirent** list = nullptr;
    int count = 0;
    if (at)
        count = r.call<decltype(::scandirat)>(AT_FDCWD, r.path("dir"), &list, nullptr, nullptr);
    else
        count = r.call<decltype(::scandir)>(r.path("dir"), &list, nullptr, nullptr);
    r.effect(count == 3);
}

char pattern[32];
/// A fresh pattern for mkstemp; in a static array, for the record is read after.
char* fresh(const char* text)
{
    strcpy(pattern, text);
    return pattern;
}

const Case table[] = {
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

    {"mkdir",
     [](Run& r) {
         r.call<decltype(::mkdir)>(r.path("made"), 0750U);
         r.effect(mode_of("made") == 0750);
     }},
    {"mkdirat",
     [](Run& r) {
         r.call<decltype(::mkdirat)>(directory(), r.path("made"), 0750U);
         r.effect(mode_of("dir/made") == 0750);
     }},
    {"rmdir",
     [](Run& r) {
         mkdir("made", 0750);
         r.call<decltype(::rmdir)>(r.path("made"));
         r.effect(!Run::exists("made"));
     }},
    {"unlink remove",
     [](Run& r) {
         close(Run::file());
         r.call<int(const char*)>(r.path("file"));
         r.effect(!Run::exists("file"));
     }},
    {"unlinkat",
     [](Run& r) {
         r.call<decltype(::unlinkat)>(directory(), r.path("one"), 0);
         r.effect(!Run::exists("dir/one"));
     }},
    {"rename",
     [](Run& r) {
         close(Run::file());
         r.call<decltype(::rename)>(r.path("file"), "new");
         r.effect(Run::exists("new"));
     }},
    {"renameat",
     [](Run& r) {
         const int dir = directory();
         r.call<decltype(::renameat)>(dir, r.path("one"), dir, "new");
         r.effect(Run::exists("dir/new"));
     }},
    {"renameat2",
     [](Run& r) {
         const int dir = directory();
         r.call<decltype(::renameat2)>(dir, r.path("one"), dir, "new", unsigned{RENAME_NOREPLACE});
         r.effect(Run::exists("dir/new"));
     }},
    {"link",
     [](Run& r) {
         close(Run::file());
         r.call<decltype(::link)>(r.path("file"), "new");
         r.effect(Run::exists("new"));
     }},
    {"linkat",
     [](Run& r) {
         const int dir = directory();
         r.call<decltype(::linkat)>(dir, r.path("one"), dir, "new", 0);
         r.effect(Run::exists("dir/new"));
     }},
    {"symlink",
     [](Run& r) {
         r.call<decltype(::symlink)>("target", r.path("new"));
         r.effect(Run::exists("new"));
     }},
    {"symlinkat",
     [](Run& r) {
         r.call<decltype(::symlinkat)>("target", directory(), r.path("new"));
         r.effect(Run::exists("dir/new"));
     }},
    {"readlink __readlink_chk",
     [](Run& r) {
         char name[10] = "";
         if (symlink("target", "new") != 0) abort();
         if (r.is("readlink"))
             r.call<decltype(::readlink)>(r.path("new"), name, r.size(9));
         else
             r.call<ssize_t(const char*, char*, size_t, size_t)>(r.path("new"), name, r.size(9), sizeof name);
         r.effect(strcmp(name, "target") == 0);
     }},
    {"readlinkat __readlinkat_chk",
     [](Run& r) {
         char name[10] = "";
         if (symlink("target", "new") != 0) abort();
         if (r.is("readlinkat"))
             r.call<decltype(::readlinkat)>(AT_FDCWD, r.path("new"), name, r.size(9));
         else
             r.call<ssize_t(int, const char*, char*, size_t, size_t)>(AT_FDCWD, r.path("new"), name, r.size(9),
                                                                      sizeof name);
         r.effect(strcmp(name, "target") == 0);
     }},
    {"realpath __realpath_chk",
     [](Run& r) {
         static char name[4097];
         close(Run::file());
         if (r.is("realpath"))
             r.call<decltype(::realpath)>(r.path("./file"), name);
         else
             r.call<char*(const char*, char*, size_t)>(r.path("./file"), name, sizeof name);
         r.effect(std::string_view{name}.ends_with("/file"));
     }},
    {"canonicalize_file_name",
     [](Run& r) {
         close(Run::file());
         const char* const name = r.call<decltype(::canonicalize_file_name)>(r.path("./file"));
         r.effect(name != nullptr && std::string_view{name}.ends_with("/file"));
     }},
    {"mknod",
     [](Run& r) {
         r.call<decltype(::mknod)>(r.path("made"), S_IFIFO | 0600U, 0UL);
         r.effect(Run::exists("made"));
     }},
    {"__xmknod",
     [](Run& r) {
         dev_t none = 0;
         r.call<int(int, const char*, mode_t, dev_t*)>(0, r.path("made"), S_IFIFO | 0600U, &none);
         r.effect(Run::exists("made"));
     }},
    {"mknodat",
     [](Run& r) {
         r.call<decltype(::mknodat)>(directory(), r.path("made"), S_IFIFO | 0600U, 0UL);
         r.effect(Run::exists("dir/made"));
     }},
    {"__xmknodat",
     [](Run& r) {
         dev_t none = 0;
         r.call<int(int, int, const char*, mode_t, dev_t*)>(0, directory(), r.path("made"), S_IFIFO | 0600U, &none);
         r.effect(Run::exists("dir/made"));
     }},
    {"mkfifo",
     [](Run& r) {
         r.call<decltype(::mkfifo)>(r.path("made"), 0600U);
         r.effect(Run::exists("made"));
     }},
    {"mkfifoat",
     [](Run& r) {
         r.call<decltype(::mkfifoat)>(directory(), r.path("made"), 0600U);
         r.effect(Run::exists("dir/made"));
     }},

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

    {"opendir",
     [](Run& r) {
         DIR* const dir = r.call<decltype(::opendir)>(r.path("."));
         r.effect(dir != nullptr && Run::open_fd(dirfd(dir)));
     }},
    {"fdopendir",
     [](Run& r) {
         const int dir = directory();
         r.effect(r.call<decltype(::fdopendir)>(r.fd(dir)) != nullptr);
     }},
    {"readdir readdir64", [](Run& r) { r.call<decltype(::readdir)>(r.at(opendir("."))); }},
    {"readdir_r readdir64_r",
     [](Run& r) {
         dirent entry{}, *found = nullptr;
         r.call<int(DIR*, dirent*, dirent**)>(r.at(opendir(".")), &entry, &found);
         r.effect(found == &entry);
     }},
    {"rewinddir",
     [](Run& r) {
         DIR* const dir = opendir(".");
         const auto first = std::string(readdir(dir)->d_name);
         r.call<decltype(::rewinddir)>(r.at(dir));
         r.effect(first == readdir(dir)->d_name);
     }},
    {"telldir", [](Run& r) { r.call<decltype(::telldir)>(r.at(opendir("."))); }},
    {"seekdir",
     [](Run& r) {
         DIR* const dir = opendir(".");
         const long start = telldir(dir);
         const auto first = std::string(readdir(dir)->d_name);
         r.call<decltype(::seekdir)>(r.at(dir), start);
         r.effect(first == readdir(dir)->d_name);
     }},
    {"closedir",
     [](Run& r) {
         DIR* const dir = opendir(".");
         const int fd = dirfd(dir);
         r.call<decltype(::closedir)>(r.at(dir));
         r.effect(!Run::open_fd(fd));
     }},
    {"scandir scandir64", [](Run& r) { scan(r, false); }},
    {"scandirat scandirat64", [](Run& r) { scan(r, true); }},
    {"nftw nftw64",
     [](Run& r) {
         directory();
         r.call<decltype(::nftw)>(r.path("dir"), no_deep_visit, 4, 0);
     }},
    {"ftw ftw64",
     [](Run& r) {
         directory();
         r.call<decltype(::ftw)>(r.path("dir"), no_visit, 4);
     }},
    {"fts_open fts64_open",
     [](Run& r) {
         char name[] = ".";
         char* names[] = {name, nullptr};
         r.call<FTS*(char* const*, int, int (*)(const FTSENT**, const FTSENT**))>(names, FTS_PHYSICAL, nullptr);
     }},
    {"fts_read fts64_read",
     [](Run& r) {
         const auto* entry = r.call<decltype(::fts_read)>(walk());
         r.effect(entry != nullptr);
     }},
    {"fts_children fts64_children",
     [](Run& r) {
         FTS* const tree = walk();
         fts_read(tree);
         r.effect(r.call<decltype(::fts_children)>(tree, 0) != nullptr);
     }},
    {"glob glob64",
     [](Run& r) {
         glob_t found{};
         r.call<decltype(::glob)>("std*", 0, nullptr, &found);
         r.effect(found.gl_pathc == 3);
     }},
    {"getcwd __getcwd_chk",
     [](Run& r) {
         char name[4096] = "";
         if (r.is("getcwd"))
             r.call<decltype(::getcwd)>(name, r.size(sizeof name));
         else
             r.call<char*(char*, size_t, size_t)>(name, r.size(sizeof name), sizeof name);
         r.effect(name[0] == '/');
     }},
    {"getwd __getwd_chk",
     [](Run& r) {
         char name[4096] = "";
         if (r.is("getwd"))
             r.call<char*(char*)>(name);
         else
             r.call<char*(char*, size_t)>(name, sizeof name);
         r.effect(name[0] == '/');
     }},
    {"get_current_dir_name", [](Run& r) { r.call<decltype(::get_current_dir_name)>(); }},
    {"chdir",
     [](Run& r) {
         directory();
         r.call<decltype(::chdir)>(r.path("dir"));
         r.effect(Run::exists("one"));
     }},
    {"fchdir",
     [](Run& r) {
         const int dir = directory();
         r.call<decltype(::fchdir)>(r.fd(dir));
         r.effect(Run::exists("one"));
     }},
    {"chroot", [](Run& r) { r.call<decltype(::chroot)>(r.path("missing")); }},
    {"getdents64",
     [](Run& r) {
         char bytes[1000];
         r.effect(r.call<decltype(::getdents64)>(r.fd(directory()), bytes, sizeof bytes) > 0);
     }},

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
    // Nothing is mounted or unmounted: these fail for any user.
    {"mount", [](Run& r) { r.call<decltype(::mount)>("none", r.path("missing"), "no-such-fs", 0UL, nullptr); }},
    {"umount", [](Run& r) { r.call<decltype(::umount)>(r.path("missing")); }},
    {"umount2", [](Run& r) { r.call<decltype(::umount2)>(r.path("missing"), 0); }},
};

} // namespace

Cases file_cases() { return {table, std::size(table)}; }

} // namespace rows
