// Cases for src/calls/process.def: who is who.
#include "run.hpp"

#include <grp.h>
#include <pwd.h>
#include <shadow.h>

namespace rows {
namespace {

char room[20'000];

void user(Run& r, const passwd* entry) { r.effect(entry != nullptr && entry->pw_uid == 0); }
void users(Run& r, const group* entry) { r.effect(entry != nullptr && entry->gr_gid == 0); }

const Case cases[] = {
    {"getpwnam", [](Run& r) { user(r, r.call<decltype(::getpwnam)>("root")); }},
    {"getpwuid", [](Run& r) { user(r, r.call<decltype(::getpwuid)>(0U)); }},
    {"getpwnam_r",
     [](Run& r) {
         passwd entry{}, *found = nullptr;
         r.call<decltype(::getpwnam_r)>("root", &entry, room, sizeof room, &found);
         user(r, found);
     }},
    {"getpwuid_r",
     [](Run& r) {
         passwd entry{}, *found = nullptr;
         r.call<decltype(::getpwuid_r)>(0U, &entry, room, sizeof room, &found);
         user(r, found);
     }},
    {"getpwent", [](Run& r) { user(r, r.call<decltype(::getpwent)>()); }},
    {"getpwent_r",
     [](Run& r) {
         passwd entry{}, *found = nullptr;
         r.call<decltype(::getpwent_r)>(&entry, room, sizeof room, &found);
         user(r, found);
     }},
    {"getgrnam", [](Run& r) { users(r, r.call<decltype(::getgrnam)>("root")); }},
    {"getgrgid", [](Run& r) { users(r, r.call<decltype(::getgrgid)>(0U)); }},
    {"getgrnam_r",
     [](Run& r) {
         group entry{}, *found = nullptr;
         r.call<decltype(::getgrnam_r)>("root", &entry, room, sizeof room, &found);
         users(r, found);
     }},
    {"getgrgid_r",
     [](Run& r) {
         group entry{}, *found = nullptr;
         r.call<decltype(::getgrgid_r)>(0U, &entry, room, sizeof room, &found);
         users(r, found);
     }},
    {"getgrent", [](Run& r) { users(r, r.call<decltype(::getgrent)>()); }},
    {"getgrent_r",
     [](Run& r) {
         group entry{}, *found = nullptr;
         r.call<decltype(::getgrent_r)>(&entry, room, sizeof room, &found);
         users(r, found);
     }},
    {"getspnam", [](Run& r) { r.call<decltype(::getspnam)>("root"); }},
    {"getspnam_r",
     [](Run& r) {
         spwd entry{}, *found = nullptr;
         r.call<decltype(::getspnam_r)>("root", &entry, room, sizeof room, &found);
         r.saw(found == &entry);
     }},
    {"getlogin", [](Run& r) { r.call<decltype(::getlogin)>(); }},
    {"getlogin_r __getlogin_r_chk",
     [](Run& r) {
         if (r.is("getlogin_r"))
             r.call<decltype(::getlogin_r)>(room, sizeof room);
         else
             r.call<int(char*, size_t, size_t)>(room, sizeof room, sizeof room);
         r.saw(room);
     }},
};

const Family family("process", cases);

} // namespace
} // namespace rows
