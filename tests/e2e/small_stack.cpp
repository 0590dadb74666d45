#include "host.hpp"

#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/uio.h>

static int fd;
static bool handled;

static void* work(void*)
{
    char bytes[8];
    struct stat status;
    iovec pieces[2] = {{bytes, 4}, {bytes + 4, 4}};
    GIVES(stat("data", &status), -1, EIO);
    GIVES(access("./data", F_OK), 0, untouched);
    GIVES(pread(fd, bytes, 8, 0), 8, untouched);
    HOLDS(bytes, "accdefgh");
    GIVES(preadv(fd, pieces, 2, 0), 4, untouched);
    return nullptr;
}

static void handler(int)
{
    work(nullptr);
    handled = true;
}

int main()
{
    fd = open("data", O_RDWR);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    IS(pthread_attr_setstacksize(&attributes, PTHREAD_STACK_MIN), 0);
    pthread_t thread;
    IS(pthread_create(&thread, &attributes, work, nullptr), 0);
    IS(pthread_join(thread, nullptr), 0);

    static char memory[16384];
    const stack_t stack = {
        memory, 0, (size_t)sysconf(_SC_SIGSTKSZ) < sizeof memory ? (size_t)sysconf(_SC_SIGSTKSZ) : sizeof memory};
    IS(sigaltstack(&stack, nullptr), 0);
    struct sigaction action = {};
    action.sa_handler = handler;
    action.sa_flags = SA_ONSTACK;
    IS(sigaction(SIGUSR1, &action, nullptr), 0);
    IS(raise(SIGUSR1), 0);
    IS(handled, true);
    return 0;
}
