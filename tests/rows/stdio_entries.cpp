// Cases for src/calls/stdio.def: lines of the tables of users, groups and mounts.
#include "stdio.hpp"

#include <grp.h>
#include <mntent.h>
#include <pwd.h>
#include <shadow.h>

namespace rows {
namespace {

void entry_to_put(Run& r, FILE* stream, const char* wanted) { r.effect(written(stream) == wanted); }

constexpr const char* user_line = "name:x:1:2:gecos:/home:/bin/sh\n";
constexpr const char* group_line = "group:x:1:one\n";
constexpr const char* shadow_line = "name:x:1:2:3:4:5:6:\n";

const Case cases[] = {
    {"putpwent",
     [](Run& r) {
         FILE* const lines = Run::stream(user_line, "r", "lines");
         const passwd* const entry = fgetpwent(lines);
         FILE* const stream = Run::stream("");
         r.call<decltype(::putpwent)>(entry, r.at(stream));
         entry_to_put(r, stream, user_line);
     }},
    {"putgrent",
     [](Run& r) {
         FILE* const lines = Run::stream(group_line, "r", "lines");
         const group* const entry = fgetgrent(lines);
         FILE* const stream = Run::stream("");
         r.call<decltype(::putgrent)>(entry, r.at(stream));
         entry_to_put(r, stream, group_line);
     }},
    {"putspent",
     [](Run& r) {
         FILE* const lines = Run::stream(shadow_line, "r", "lines");
         const spwd* const entry = fgetspent(lines);
         FILE* const stream = Run::stream("");
         r.call<decltype(::putspent)>(entry, r.at(stream));
         entry_to_put(r, stream, shadow_line);
     }},
    {"fgetpwent",
     [](Run& r) {
         const passwd* const entry = r.call<decltype(::fgetpwent)>(r.at(Run::stream(user_line)));
         r.effect(entry != nullptr && entry->pw_uid == 1);
     }},
    {"fgetpwent_r",
     [](Run& r) {
         passwd entry{}, *found = nullptr;
         char bytes[1000];
         r.call<decltype(::fgetpwent_r)>(r.at(Run::stream(user_line)), &entry, bytes, sizeof bytes, &found);
         r.effect(found == &entry);
     }},
    {"fgetgrent",
     [](Run& r) {
         const group* const entry = r.call<decltype(::fgetgrent)>(r.at(Run::stream(group_line)));
         r.effect(entry != nullptr && entry->gr_gid == 1);
     }},
    {"fgetgrent_r",
     [](Run& r) {
         group entry{}, *found = nullptr;
         char bytes[1000];
         r.call<decltype(::fgetgrent_r)>(r.at(Run::stream(group_line)), &entry, bytes, sizeof bytes, &found);
         r.effect(found == &entry);
     }},
    {"fgetspent",
     [](Run& r) {
         const spwd* const entry = r.call<decltype(::fgetspent)>(r.at(Run::stream(shadow_line)));
         r.effect(entry != nullptr && entry->sp_lstchg == 1);
     }},
    {"fgetspent_r",
     [](Run& r) {
         spwd entry{}, *found = nullptr;
         char bytes[1000];
         r.call<decltype(::fgetspent_r)>(r.at(Run::stream(shadow_line)), &entry, bytes, sizeof bytes, &found);
         r.effect(found == &entry);
     }},
    {"setmntent __setmntent",
     [](Run& r) {
         close(Run::file());
         opened(r, r.call<FILE*(const char*, const char*)>(r.path("file"), "r"));
     }},
    {"getmntent",
     [](Run& r) {
         const mntent* const entry = r.call<decltype(::getmntent)>(r.at(Run::stream("dev /dir type opts 0 0\n")));
         r.effect(entry != nullptr && strcmp(entry->mnt_dir, "/dir") == 0);
     }},
    {"getmntent_r __getmntent_r",
     [](Run& r) {
         mntent entry{};
         char bytes[1000];
         r.call<decltype(::getmntent_r)>(r.at(Run::stream("dev /dir type opts 0 0\n")), &entry, bytes, 1000);
         r.effect(entry.mnt_dir != nullptr);
     }},
};

const Family family("stdio", cases);

} // namespace
} // namespace rows
