// Cases for src/calls/io.def: terminals.
#include "run.hpp"

#include <pty.h>
#include <termios.h>

namespace rows {
namespace {

/// A terminal; -1 where there are none.
struct Terminal {
    int master = -1;
    int slave = -1;
    Terminal() { openpty(&master, &slave, nullptr, nullptr, nullptr); }
    [[nodiscard]] int any() const { return slave >= 0 ? slave : 0; }
};

const Case cases[] = {
    {"isatty", [](Run& r) { r.call<decltype(::isatty)>(r.fd(Terminal().any())); }},
    {"ttyname", [](Run& r) { r.call<decltype(::ttyname)>(r.fd(Terminal().any())); }},
    {"ttyname_r __ttyname_r_chk",
     [](Run& r) {
         char name[100] = "";
         const int fd = Terminal().any();
         if (r.is("ttyname_r"))
             r.call<decltype(::ttyname_r)>(r.fd(fd), name, sizeof name);
         else
             r.call<int(int, char*, size_t, size_t)>(r.fd(fd), name, sizeof name, sizeof name);
         r.effect(name[0] == '/' || !isatty(fd));
     }},
    {"tcgetattr",
     [](Run& r) {
         termios settings{};
         r.call<decltype(::tcgetattr)>(r.fd(Terminal().any()), &settings);
         r.saw(settings.c_lflag);
     }},
    {"tcsetattr",
     [](Run& r) {
         const int fd = Terminal().any();
         termios settings{};
         tcgetattr(fd, &settings);
         settings.c_lflag ^= ECHO;
         r.call<decltype(::tcsetattr)>(r.fd(fd), TCSANOW, &settings);
         tcgetattr(fd, &settings);
         r.saw(settings.c_lflag);
     }},
    {"tcdrain", [](Run& r) { r.call<decltype(::tcdrain)>(r.fd(Terminal().any())); }},
    {"tcflush", [](Run& r) { r.call<decltype(::tcflush)>(r.fd(Terminal().any()), TCIOFLUSH); }},
    {"tcflow", [](Run& r) { r.call<decltype(::tcflow)>(r.fd(Terminal().any()), TCOON); }},
    {"tcsendbreak", [](Run& r) { r.call<decltype(::tcsendbreak)>(r.fd(Terminal().any()), 0); }},
    {"tcgetpgrp", [](Run& r) { r.call<decltype(::tcgetpgrp)>(r.fd(Terminal().any())); }},
    {"tcsetpgrp", [](Run& r) { r.call<decltype(::tcsetpgrp)>(r.fd(Terminal().any()), getpgrp()); }},
    {"posix_openpt", [](Run& r) { r.call<decltype(::posix_openpt)>(O_RDWR | O_NOCTTY); }},
    {"getpt", [](Run& r) { r.call<decltype(::getpt)>(); }},
    {"grantpt",
     [](Run& r) {
         const int fd = posix_openpt(O_RDWR | O_NOCTTY);
         r.call<decltype(::grantpt)>(r.fd(fd < 0 ? 0 : fd));
     }},
    {"unlockpt",
     [](Run& r) {
         const int fd = posix_openpt(O_RDWR | O_NOCTTY);
         r.call<decltype(::unlockpt)>(r.fd(fd < 0 ? 0 : fd));
     }},
    {"ptsname",
     [](Run& r) {
         const int fd = posix_openpt(O_RDWR | O_NOCTTY);
         r.call<decltype(::ptsname)>(r.fd(fd < 0 ? 0 : fd));
     }},
    {"ptsname_r __ptsname_r_chk",
     [](Run& r) {
         char name[100] = "";
         const int made = posix_openpt(O_RDWR | O_NOCTTY), fd = made < 0 ? 0 : made;
         if (r.is("ptsname_r"))
             r.call<decltype(::ptsname_r)>(r.fd(fd), name, sizeof name);
         else
             r.call<int(int, char*, size_t, size_t)>(r.fd(fd), name, sizeof name, sizeof name);
         r.effect(name[0] == '/' || made < 0);
     }},
    {"openpty",
     [](Run& r) {
         int master = -1, slave = -1;
         r.call<decltype(::openpty)>(&master, &slave, nullptr, nullptr, nullptr);
         r.saw(slave);
     }},
};

const Family family("io", cases);

} // namespace
} // namespace rows
