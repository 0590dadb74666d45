// Cases for src/calls/io.def.
#include "run.hpp"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/uio.h>

namespace rows {
namespace {

iovec piece(void* bytes, std::size_t size) { return {bytes, size}; }

void read_case(Run& r)
{
    char bytes[6] = "";
    const int fd = Run::file();
    if (r.is("__read_chk"))
        r.call<ssize_t(int, void*, size_t, size_t)>(r.fd(fd), bytes, r.size(5), sizeof bytes);
    else
        r.call<decltype(::read)>(r.fd(fd), bytes, r.size(5));
    r.saw(bytes);
    r.effect(strcmp(bytes, "hello") == 0);
}

void pread_case(Run& r)
{
    char bytes[6] = "";
    const int fd = Run::file();
    if (r.symbol().ends_with("_chk"))
        r.call<ssize_t(int, void*, size_t, off_t, size_t)>(r.fd(fd), bytes, r.size(5), 1, sizeof bytes);
    else
        r.call<decltype(::pread)>(r.fd(fd), bytes, r.size(5), 1);
    r.saw(bytes);
    r.effect(strcmp(bytes, "ello ") == 0);
}

const Case cases[] = {
    {"read __read __read_chk", read_case},
    {"write __write",
     [](Run& r) {
         const int fd = Run::file();
         r.call<decltype(::write)>(r.fd(fd), "HELLO", r.size(5));
         r.saw(Run::content());
         r.effect(Run::content() == "HELLO world\n");
     }},
    {"pread pread64 __pread64 __pread_chk __pread64_chk", pread_case},
    {"pwrite pwrite64 __pwrite64",
     [](Run& r) {
         const int fd = Run::file();
         r.call<decltype(::pwrite)>(r.fd(fd), "WORLD", r.size(5), 6);
         r.saw(Run::content());
         r.effect(Run::content() == "hello WORLD\n");
     }},
    {"readv",
     [](Run& r) {
         char one[3] = "", two[4] = "";
         const iovec pieces[] = {piece(one, 2), piece(two, 3)};
         r.size(5);
         r.call<decltype(::readv)>(r.fd(Run::file()), pieces, 2);
         r.saw(one);
         r.saw(two);
         r.effect(strcmp(two, "llo") == 0);
     }},
    {"writev",
     [](Run& r) {
         char one[] = "HE", two[] = "LLO";
         const iovec pieces[] = {piece(one, 2), piece(two, 3)};
         r.size(5);
         r.call<decltype(::writev)>(r.fd(Run::file()), pieces, 2);
         r.saw(Run::content());
         r.effect(Run::content() == "HELLO world\n");
     }},
    {"preadv preadv64",
     [](Run& r) {
         char one[3] = "", two[4] = "";
         const iovec pieces[] = {piece(one, 2), piece(two, 3)};
         r.size(5);
         r.call<decltype(::preadv)>(r.fd(Run::file()), pieces, 2, 6);
         r.saw(one);
         r.saw(two);
         r.effect(strcmp(two, "rld") == 0);
     }},
    {"pwritev pwritev64",
     [](Run& r) {
         char one[] = "WO", two[] = "RLD";
         const iovec pieces[] = {piece(one, 2), piece(two, 3)};
         r.size(5);
         r.call<decltype(::pwritev)>(r.fd(Run::file()), pieces, 2, 6);
         r.saw(Run::content());
         r.effect(Run::content() == "hello WORLD\n");
     }},
    {"preadv2 preadv64v2",
     [](Run& r) {
         char one[3] = "", two[4] = "";
         const iovec pieces[] = {piece(one, 2), piece(two, 3)};
         r.size(5);
         r.call<decltype(::preadv2)>(r.fd(Run::file()), pieces, 2, 6, 0);
         r.saw(one);
         r.saw(two);
         r.effect(strcmp(two, "rld") == 0);
     }},
    {"pwritev2 pwritev64v2",
     [](Run& r) {
         char one[] = "WO", two[] = "RLD";
         const iovec pieces[] = {piece(one, 2), piece(two, 3)};
         r.size(5);
         r.call<decltype(::pwritev2)>(r.fd(Run::file()), pieces, 2, 6, 0);
         r.saw(Run::content());
         r.effect(Run::content() == "hello WORLD\n");
     }},
    {"close __close",
     [](Run& r) {
         const int fd = Run::file();
         r.call<decltype(::close)>(r.fd(fd));
         r.effect(!Run::open_fd(fd));
     }},
    {"close_range",
     [](Run& r) {
         const auto fd = static_cast<unsigned>(Run::file());
         r.call<decltype(::close_range)>(fd, fd, 0);
         r.effect(!Run::open_fd(static_cast<int>(fd)));
     }},
    {"closefrom",
     [](Run& r) {
         const int fd = Run::file();
         r.call<decltype(::closefrom)>(fd);
         r.effect(!Run::open_fd(fd));
     }},
    {"dup",
     [](Run& r) {
         const int made = r.call<decltype(::dup)>(r.fd(Run::file()));
         r.effect(Run::open_fd(made));
     }},
    {"dup2 __dup2",
     [](Run& r) {
         r.call<decltype(::dup2)>(r.fd(Run::file()), 50);
         r.effect(Run::open_fd(50));
     }},
    {"dup3",
     [](Run& r) {
         r.call<decltype(::dup3)>(r.fd(Run::file()), 50, O_CLOEXEC);
         r.effect(Run::open_fd(50));
     }},
    {"fcntl fcntl64 __fcntl",
     [](Run& r) {
         const int fd = Run::file();
         r.call<int(int, int, ...)>(r.fd(fd), F_SETFD, FD_CLOEXEC);
         r.effect(sys::call(SYS_fcntl, fd, F_GETFD) == FD_CLOEXEC);
     }},
    {"ioctl",
     [](Run& r) {
         int ends[2], waiting = -1;
         if (pipe(ends) != 0 || write(ends[1], "abc", 3) != 3) abort();
         r.call<int(int, unsigned long, ...)>(r.fd(ends[0]), FIONREAD, &waiting);
         r.effect(waiting == 3);
     }},
    {"lseek lseek64 __lseek",
     [](Run& r) {
         const int fd = Run::file();
         r.call<decltype(::lseek)>(r.fd(fd), 6, SEEK_SET);
         char byte = 0;
         r.effect(read(fd, &byte, 1) == 1 && byte == 'w');
     }},
    {"flock",
     [](Run& r) {
         const int fd = Run::file();
         r.call<decltype(::flock)>(r.fd(fd), LOCK_EX | LOCK_NB);
         const int other = open("file", O_RDWR);
         r.effect(sys::call(SYS_flock, other, LOCK_EX | LOCK_NB) == -EWOULDBLOCK);
     }},
    {"lockf lockf64",
     [](Run& r) {
         r.call<decltype(::lockf)>(r.fd(Run::file()), F_TLOCK, 5);
         const pid_t pid = fork();
         if (pid == 0) { // lockf itself would be struck again here
             struct flock lock {};
             lock.l_type = F_WRLCK;
             fcntl(open("file", O_RDWR), F_GETLK, &lock);
             _exit(lock.l_type == F_UNLCK ? 0 : 1);
         }
         int status = 0;
         waitpid(pid, &status, 0);
         r.effect(status != 0);
     }},
    {"pipe __pipe",
     [](Run& r) {
         int ends[2] = {-1, -1};
         r.call<decltype(::pipe)>(ends);
         r.saw(ends[0]);
         r.effect(Run::open_fd(ends[1]));
     }},
    {"pipe2",
     [](Run& r) {
         int ends[2] = {-1, -1};
         r.call<decltype(::pipe2)>(ends, O_NONBLOCK);
         r.effect(Run::open_fd(ends[1]) && (fcntl(ends[1], F_GETFL) & O_NONBLOCK) != 0);
     }},
    {"sendfile sendfile64",
     [](Run& r) {
         const int to = creat("copy", 0600), from = Run::file();
         r.call<decltype(::sendfile)>(r.fd(to), from, nullptr, r.size(5));
         r.effect(Run::content("copy") == "hello");
     }},
    {"splice",
     [](Run& r) {
         int ends[2];
         if (pipe(ends) != 0) abort();
         r.call<decltype(::splice)>(r.fd(Run::file()), nullptr, ends[1], nullptr, r.size(5), 0U);
         int waiting = 0;
         ioctl(ends[0], FIONREAD, &waiting);
         r.effect(waiting == 5);
     }},
    {"tee",
     [](Run& r) {
         int from[2], to[2], waiting = 0;
         if (pipe(from) != 0 || pipe(to) != 0 || write(from[1], "hello", 5) != 5) abort();
         r.call<decltype(::tee)>(r.fd(from[0]), to[1], r.size(5), 0U);
         ioctl(to[0], FIONREAD, &waiting);
         r.effect(waiting == 5);
     }},
    {"vmsplice",
     [](Run& r) {
         int ends[2], waiting = 0;
         char bytes[] = "hello";
         if (pipe(ends) != 0) abort();
         const iovec one = piece(bytes, 5);
         r.call<decltype(::vmsplice)>(r.fd(ends[1]), &one, 1, 0U);
         ioctl(ends[0], FIONREAD, &waiting);
         r.effect(waiting == 5);
     }},
    {"copy_file_range",
     [](Run& r) {
         const int to = creat("copy", 0600), from = Run::file();
         r.call<decltype(::copy_file_range)>(r.fd(from), nullptr, to, nullptr, r.size(5), 0U);
         r.effect(Run::content("copy") == "hello");
     }},
    {"readahead", [](Run& r) { r.call<decltype(::readahead)>(r.fd(Run::file()), 0, r.size(5)); }},

    {"eventfd", [](Run& r) { r.effect(Run::open_fd(r.call<decltype(::eventfd)>(0U, 0))); }},
    {"eventfd_read",
     [](Run& r) {
         eventfd_t value = 0;
         r.call<decltype(::eventfd_read)>(r.fd(eventfd(7, 0)), &value);
         r.effect(value == 7);
     }},
    {"eventfd_write",
     [](Run& r) {
         const int fd = eventfd(0, EFD_NONBLOCK);
         r.call<decltype(::eventfd_write)>(r.fd(fd), eventfd_t{7});
         eventfd_t value = 0;
         eventfd_read(fd, &value);
         r.effect(value == 7);
     }},
    {"signalfd",
     [](Run& r) {
         sigset_t signals;
         sigemptyset(&signals);
         r.effect(Run::open_fd(r.call<decltype(::signalfd)>(-1, &signals, 0)));
     }},
    {"timerfd_create", [](Run& r) { r.effect(Run::open_fd(r.call<decltype(::timerfd_create)>(CLOCK_MONOTONIC, 0))); }},
    {"timerfd_settime",
     [](Run& r) {
         const int fd = timerfd_create(CLOCK_MONOTONIC, 0);
         const itimerspec wanted{{0, 0}, {100, 0}};
         r.call<decltype(::timerfd_settime)>(r.fd(fd), 0, &wanted, nullptr);
         itimerspec now{};
         timerfd_gettime(fd, &now);
         r.effect(now.it_value.tv_sec > 0);
     }},
    {"timerfd_gettime",
     [](Run& r) {
         itimerspec now{{9, 9}, {9, 9}};
         r.call<decltype(::timerfd_gettime)>(r.fd(timerfd_create(CLOCK_MONOTONIC, 0)), &now);
         r.effect(now.it_value.tv_sec == 0);
     }},
    {"inotify_init", [](Run& r) { r.effect(Run::open_fd(r.call<decltype(::inotify_init)>())); }},
    {"inotify_init1", [](Run& r) { r.effect(Run::open_fd(r.call<decltype(::inotify_init1)>(IN_CLOEXEC))); }},
    {"inotify_add_watch",
     [](Run& r) {
         const int fd = inotify_init1(IN_NONBLOCK);
         r.call<decltype(::inotify_add_watch)>(r.fd(fd), r.path("."), IN_CREATE);
         Run::file();
         char bytes[500];
         r.effect(read(fd, bytes, sizeof bytes) > 0);
     }},
    {"inotify_rm_watch",
     [](Run& r) {
         const int fd = inotify_init1(IN_NONBLOCK);
         const int watch = inotify_add_watch(fd, ".", IN_CREATE);
         r.call<decltype(::inotify_rm_watch)>(r.fd(fd), watch);
         Run::file();
         inotify_event event{};
         char bytes[500];
         r.effect(read(fd, bytes, sizeof bytes) == static_cast<ssize_t>(sizeof event));
     }},
    {"fanotify_init", [](Run& r) { r.call<decltype(::fanotify_init)>(unsigned{FAN_CLASS_NOTIF}, unsigned{O_RDONLY}); }},
    {"fanotify_mark",
     [](Run& r) {
         r.call<decltype(::fanotify_mark)>(r.fd(0), unsigned{FAN_MARK_ADD}, std::uint64_t{FAN_OPEN}, AT_FDCWD,
                                           r.path("stdin"));
     }},
    {"memfd_create", [](Run& r) { r.effect(Run::open_fd(r.call<decltype(::memfd_create)>("name", 0U))); }},
    {"pidfd_open", [](Run& r) { r.effect(Run::open_fd(r.call<decltype(::pidfd_open)>(getpid(), 0U))); }},
    {"pidfd_getfd",
     [](Run& r) {
         const int fd = pidfd_open(getpid(), 0);
         r.call<decltype(::pidfd_getfd)>(fd, 0, 0U);
     }},
    {"process_vm_readv",
     [](Run& r) {
         char from[] = "hello", to[6] = "";
         const iovec local = piece(to, 5), remote = piece(from, 5);
         r.call<decltype(::process_vm_readv)>(getpid(), &local, 1UL, &remote, 1UL, 0UL);
         r.saw(to);
     }},
    {"process_vm_writev",
     [](Run& r) {
         char from[] = "hello", to[6] = "";
         const iovec local = piece(from, 5), remote = piece(to, 5);
         r.call<decltype(::process_vm_writev)>(getpid(), &local, 1UL, &remote, 1UL, 0UL);
         r.saw(to);
     }},
};

const Family family("io", cases);

} // namespace
} // namespace rows
