// Cases for src/calls/file.def: names are made, moved and removed, directories are read and walked, file systems mounted.
#include "file.hpp"

#include <fts.h>
#include <ftw.h>
#include <glob.h>
#include <sys/mount.h>
#include <sys/sysmacros.h>

namespace rows {
namespace {

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

const Case cases[] = {
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

    // Nothing is mounted or unmounted: these fail for any user.
    {"mount", [](Run& r) { r.call<decltype(::mount)>("none", r.path("missing"), "no-such-fs", 0UL, nullptr); }},
    {"umount", [](Run& r) { r.call<decltype(::umount)>(r.path("missing")); }},
    {"umount2", [](Run& r) { r.call<decltype(::umount2)>(r.path("missing"), 0); }},
};

const Family family("file", cases);

} // namespace
} // namespace rows
