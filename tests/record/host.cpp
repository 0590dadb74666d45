// Does to files what programs do, one kind after the other, in the directory it is started in; operations.txt says what
// a recorder should have seen. It notices when a call does not do what it should. With the argument "clones" it shares blocks
// between files, which not all file systems can, and says how that went (clones.txt).

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <linux/fs.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <utime.h>

namespace {

[[noreturn]] void fail(const char* what, int line)
{
    std::fprintf(stderr, "host: line %d: %s: %s\n", line, what, std::strerror(errno));
    std::exit(1);
}
#define CHECK(what)                                                                                                    \
    do {                                                                                                               \
        if (!(what)) fail(#what, __LINE__);                                                                            \
    } while (0)

int make(const char* name, int flags = 0)
{
    const int fd = ::open(name, O_RDWR | O_CREAT | flags, 0644);
    CHECK(fd >= 0);
    return fd;
}

void put(int fd, const char* text)
{
    CHECK(::write(fd, text, std::strlen(text)) == static_cast<ssize_t>(std::strlen(text)));
}

void in_child(void (*what)(int), int fd)
{
    const auto child = ::fork();
    if (child == 0) {
        what(fd);
        ::_exit(0);
    }
    int status = 0;
    CHECK(::waitpid(child, &status, 0) == child && status == 0);
}

void* in_thread(void* fd)
{
    put(*static_cast<int*>(fd), "two");
    return nullptr;
}

void offsets()
{
    int fd = make("shared", O_EXCL);
    put(fd, "one");
    pthread_t thread{};
    CHECK(::pthread_create(&thread, nullptr, in_thread, &fd) == 0 && ::pthread_join(thread, nullptr) == 0);
    in_child([](int other) { put(other, "three"); }, fd);
    const int second = ::dup(fd);
    put(second, "four");
    CHECK(::lseek(fd, 1, SEEK_SET) == 1);
    put(second, "5");
    CHECK(::lseek(fd, 0, SEEK_CUR) == 2);
    CHECK(::pwrite(fd, "at", 2, 20) == 2);
    const iovec pieces[] = {{const_cast<char*>("ab"), 2}, {const_cast<char*>("cd"), 2}};
    CHECK(::writev(fd, pieces, 2) == 4 && ::pwritev(fd, pieces, 2, 30) == 4);
    CHECK(::pwritev2(fd, pieces, 2, 40, RWF_DSYNC) == 4);
    CHECK(::close(second) == 0 && ::close(fd) == 0);

    const int one = make("appended", O_APPEND), two = ::open("appended", O_WRONLY | O_APPEND);
    put(one, "1");
    in_child([](int other) { put(other, "22"); }, two);
    put(one, "3");
    CHECK(::pwrite(one, "4", 1, 0) == 1); // appends all the same, as open(2) has it
    ::close(one);
    ::close(two);

    int pair[2];
    CHECK(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    const int sent = make("sent");
    put(sent, "by me ");
    char byte = 0;
    iovec piece{&byte, 1};
    alignas(cmsghdr) char room[CMSG_SPACE(sizeof(int))]{};
    msghdr message{};
    message.msg_iov = &piece, message.msg_iovlen = 1, message.msg_control = room, message.msg_controllen = sizeof room;
    auto* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET, header->cmsg_type = SCM_RIGHTS, header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &sent, sizeof sent);
    CHECK(::sendmsg(pair[0], &message, 0) == 1);
    ::close(sent);
    in_child(
        [](int socket) {
            char got = 0;
            iovec into{&got, 1};
            alignas(cmsghdr) char there[CMSG_SPACE(sizeof(int))];
            msghdr received{};
            received.msg_iov = &into, received.msg_iovlen = 1, received.msg_control = there,
            received.msg_controllen = sizeof there;
            CHECK(::recvmsg(socket, &received, 0) == 1);
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&received)), sizeof fd);
            put(fd, "and by it");
        },
        pair[1]);
    ::close(pair[0]);
    ::close(pair[1]);
}

void names()
{
    ::close(make("a"));
    ::close(make("b"));
    CHECK(::rename("a", "b") == 0);
    CHECK(::mkdir("dir", 0750) == 0);
    ::close(make("dir/c"));
    CHECK(::syscall(SYS_renameat2, AT_FDCWD, "b", AT_FDCWD, "dir/c", RENAME_EXCHANGE) == 0);
    CHECK(::syscall(SYS_renameat2, AT_FDCWD, "b", AT_FDCWD, "dir/c", RENAME_NOREPLACE) < 0 && errno == EEXIST);
    CHECK(::link("b", "hard") == 0);
    CHECK(::rename("b", "hard") == 0); // of one file: nothing happens
    CHECK(::unlink("b") == 0);
    CHECK(::unlink("b") < 0 && errno == ENOENT);
    CHECK(::rename("dir", "moved") == 0);
    CHECK(::rmdir("moved") < 0 && errno == ENOTEMPTY);
    const int directory = ::open("moved", O_RDONLY | O_DIRECTORY);
    const int within = ::openat(directory, "within", O_CREAT | O_WRONLY, 0600);
    CHECK(within >= 0 && ::fsync(directory) == 0 && ::fdatasync(directory) == 0);
    ::close(within);
    CHECK(::unlinkat(directory, "within", 0) == 0);
    CHECK(::symlink("target", "link") == 0);
    const int through = make("link"); // which makes `target`
    put(through, "t");
    ::close(through);
    CHECK(::open("link", O_CREAT | O_EXCL | O_WRONLY, 0600) < 0 && errno == EEXIST);
    CHECK(::open("link", O_WRONLY | O_NOFOLLOW) < 0 && errno == ELOOP);
    CHECK(::mkfifo("fifo", 0600) == 0);
    const int strange = make("x\ny \xff");
    put(strange, "strange");
    ::close(strange);
    ::umask(077);
    ::close(make("masked"));
    ::umask(022);
    CHECK(::chdir("moved") == 0);
    ::close(make("../from_below"));
    CHECK(::chdir("..") == 0);
    const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, "socket");
    CHECK(::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    CHECK(::unlink("socket") == 0);
    ::close(directory);
}

void without_names()
{
    const int fd = make("unlinked");
    CHECK(::unlink("unlinked") == 0);
    put(fd, "still there");
    CHECK(::fsync(fd) == 0);
    ::close(fd);
    const int nameless = ::open(".", O_TMPFILE | O_WRONLY, 0600);
    CHECK(nameless >= 0);
    put(nameless, "nameless");
    char path[64];
    std::snprintf(path, sizeof path, "/proc/self/fd/%d", nameless);
    CHECK(::chmod(path, 0640) == 0);
    CHECK(::linkat(AT_FDCWD, path, AT_FDCWD, "named", AT_SYMLINK_FOLLOW) == 0);
    ::close(nameless);
}

void contents()
{
    CHECK(::truncate("existed", 3) == 0);
    const int old = ::open("existed", O_WRONLY | O_TRUNC);
    put(old, "new");
    CHECK(::fdatasync(old) == 0);
    ::close(old);
    const int synchronous = make("synchronous", O_DSYNC);
    put(synchronous, "s");
    ::close(synchronous);

    const int huge = make("huge");
    CHECK(::ftruncate(huge, std::int64_t{1} << 40) == 0);
    CHECK(::pwrite(huge, "end", 3, (std::int64_t{1} << 40) - 3) == 3);
    CHECK(::ftruncate(huge, 8192) == 0);
    CHECK(::fallocate(huge, FALLOC_FL_KEEP_SIZE, 0, 16384) == 0);
    CHECK(::fallocate(huge, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096) == 0);
    ::close(huge);

    const int source = make("source"), copy = make("copy");
    put(source, "0123456789");
    loff_t from = 2, to = 5;
    CHECK(::copy_file_range(source, &from, copy, &to, 3, 0) == 3 && from == 5 && to == 8);
    CHECK(::lseek(source, 4, SEEK_SET) == 4 && ::copy_file_range(source, nullptr, copy, nullptr, 100, 0) == 6);
    off_t start = 0;
    CHECK(::sendfile(copy, source, &start, 4) == 4 && start == 4 && ::lseek(copy, 0, SEEK_CUR) == 10);
    int ends[2];
    CHECK(::pipe(ends) == 0);
    put(ends[1], "piped");
    CHECK(::splice(ends[0], nullptr, copy, nullptr, 5, 0) == 5);
    ::close(source);
    ::close(copy);

    const rlimit before{RLIM_INFINITY, RLIM_INFINITY}, small{10, RLIM_INFINITY};
    const int limited = make("limited");
    CHECK(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    CHECK(::write(limited, "0123456789abcdef", 16) == 10);
    CHECK(::write(limited, "x", 1) < 0 && errno == EFBIG);
    CHECK(::setrlimit(RLIMIT_FSIZE, &before) == 0);
    ::close(limited);
}

void attributes()
{
    const int fd = make("attributes");
    CHECK(::fchmod(fd, 0600) == 0 && ::chmod("attributes", 0604) == 0);
    CHECK(::chown("attributes", ::getuid(), ::getgid()) == 0);
    CHECK(::setxattr("attributes", "user.one", "1", 1, XATTR_CREATE) == 0);
    CHECK(::setxattr("attributes", "user.one", "1", 1, XATTR_CREATE) < 0 && errno == EEXIST);
    CHECK(::fsetxattr(fd, "user.two", "2", 1, 0) == 0 && ::removexattr("attributes", "user.one") == 0);
    const utimbuf times{1, 2};
    CHECK(::utime("attributes", &times) == 0 && ::futimens(fd, nullptr) == 0);
    ::close(fd);
}

void mapped()
{
    const int fd = make("mapped");
    CHECK(::ftruncate(fd, 3 * 4096) == 0);
    auto* const memory = static_cast<char*>(::mmap(nullptr, 3 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    CHECK(memory != MAP_FAILED);
    ::close(fd);
    memory[0] = 'A';
    memory[4096] = 'B';
    CHECK(::msync(memory, 4096, MS_SYNC) == 0);
    memory[4097] = 'C';
    ::close(make("after_c"));
    memory[2 * 4096] = 'D';
    CHECK(::munmap(memory, 3 * 4096) == 0);
}

void told(const char* what, long result)
{
    char line[64];
    std::snprintf(line, sizeof line, "%s: %s\n", what, result == 0 ? "done" : strerrorname_np(errno));
    put(1, line);
}

void clones()
{
    static char pages[3][4096];
    for (int i = 0; i < 3; ++i)
        std::memset(pages[i], 'A' + i, sizeof pages[i]);
    const int from = make("from"), to = make("to"), outside = make("../outside");
    CHECK(::write(from, pages, 8202) == 8202 && ::write(outside, pages[2], 4096) == 4096);
    put(to, "old");
    told("whole", ::ioctl(to, FICLONE, from));
    CHECK(::pwrite(from, "x", 1, 0) == 1); // which the clone does not see
    const auto range = [&](const char* what, int source, std::uint64_t at, std::uint64_t length, std::uint64_t into) {
        file_clone_range asked{source, at, length, into};
        told(what, ::ioctl(to, FICLONERANGE, &asked));
    };
    range("a page", from, 4096, 4096, 8192);
    range("from there to the end", from, 4096, 0, 16384);
    range("from outside", outside, 0, 4096, 12288);
    range("in the middle of a page", from, 1, 4096, 0);
    range("from nowhere", -1, 0, 4096, 0);
    told("into a file that is read", ::ioctl(::open("to", O_RDONLY), FICLONE, from));
    const rlimit before{RLIM_INFINITY, RLIM_INFINITY}, small{4096, RLIM_INFINITY};
    CHECK(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    range("beyond the limit", from, 0, 4096, 4096);
    CHECK(::setrlimit(RLIMIT_FSIZE, &before) == 0);
    auto* const memory = static_cast<char*>(::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, to, 0));
    CHECK(memory != MAP_FAILED);
    memory[1] = 'm';
    range("over what is mapped", from, 4096, 4096, 0);
    memory[2] = 'n';
    CHECK(::fsync(to) == 0 && ::munmap(memory, 4096) == 0);
}

} // namespace

int main(int count, char** words)
{
    ::signal(SIGXFSZ, SIG_IGN);
    ::umask(022);
    if (count > 1 && std::strcmp(words[1], "clones") == 0) {
        clones();
        return 7;
    }
    put(1, "first ");
    put(1, "line\nsecond line\nthe ");
    offsets();
    names();
    without_names();
    contents();
    attributes();
    mapped();
    put(1, "rest\nwithout an end");
    return 7;
}
