#include "host.hpp"

#include <signal.h>
#include <sys/stat.h>
#include <sys/uio.h>

static int fd;
static long struck;

static void handler(int)
{
    char bytes[8];
    struct stat status;
    iovec pieces[2] = {{bytes, 4}, {bytes + 4, 4}};
    struck += stat("data", &status) == -1;
    struck += access("./data", F_OK) == 0;
    struck += pread(fd, bytes, 8, 0) == 8 && memcmp(bytes, "abcdefgh", 8) != 0;
    struck += preadv(fd, pieces, 2, 0) == 4;
    struck += pwrite(fd, "abcdefgh", 8, 0) == 8;
}

static void nothing(int) {}

/// How much of the signal stack a handler uses.
static long used_by(void (*handler)(int))
{
    static char memory[65536];
    memset(memory, 0x5a, sizeof memory);
    const stack_t stack = {memory, 0, sizeof memory};
    IS(sigaltstack(&stack, nullptr), 0);
    struct sigaction action = {};
    action.sa_handler = handler;
    action.sa_flags = SA_ONSTACK;
    IS(sigaction(SIGUSR1, &action, nullptr), 0);
    IS(raise(SIGUSR1), 0);
    long at = 0;
    while (memory[at] == 0x5a)
        ++at;
    return (long)sizeof memory - at;
}

int main(int, char** argv)
{
    const long most = atol(argv[1]);
    fd = open("data", O_RDWR);
    const long of_the_kernel = used_by(nothing), used = used_by(handler) - of_the_kernel;
    IS(struck, atol(argv[2]));
    if (used > most) host::wrong(__FILE__, __LINE__, "bytes of the signal stack", used, most);
    return 0;
}
