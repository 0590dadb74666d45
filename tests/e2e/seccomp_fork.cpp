#include "host.hpp"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sys/prctl.h>

#define DENY(number)                                                                                                   \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)

static void* strikes(void*)
{
    for (int i = 0; i < 10; ++i)
        GIVES(fsync(1), -1, EIO);
    return nullptr;
}

int main()
{
    strikes(nullptr);
    // What a host of few calls would not list, and what a record of its own would take. A process that makes one is killed.
    sock_filter filter[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
                            DENY(SYS_getpid),
                            DENY(SYS_getppid),
                            DENY(SYS_openat),
                            DENY(SYS_fallocate),
                            DENY(SYS_pwritev),
                            DENY(SYS_tgkill),
                            DENY(SYS_prlimit64),
                            DENY(SYS_newfstatat),
                            DENY(SYS_unlinkat),
                            DENY(SYS_renameat2),
                            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    const sock_fprog program = {sizeof filter / sizeof *filter, filter};
    IS(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    IS(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
    strikes(nullptr);
    for (int i = 0; i < 3; ++i) {
        const pid_t child = fork();
        if (child == 0) {
            strikes(nullptr);
            if (i == 2) execl("missing", "missing", nullptr);
            if (i == 0) exit(0);
            _exit(0);
        }
        REAP(child);
    }
    pthread_t thread;
    IS(pthread_create(&thread, nullptr, strikes, nullptr), 0);
    IS(pthread_join(thread, nullptr), 0);
    return 3;
}
