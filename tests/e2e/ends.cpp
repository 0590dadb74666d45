#include "host.hpp"

#include <pthread.h>
#include <signal.h>
#include <spawn.h>

static void fail(int times)
{
    for (int i = 0; i < times; ++i)
        GIVES(fsync(1), -1, EIO);
}

static void* for_ever(void*)
{
    for (;;)
        fsync(1);
}

static void* outlive_main(void* main_thread)
{
    pthread_join(*(pthread_t*)main_thread, nullptr);
    fail(2);
    return nullptr;
}

int main(int argc, char** argv)
{
    const char* how = argc > 1 ? argv[1] : "";
    const auto is = [how](const char* name) { return strcmp(how, name) == 0; };
    char leaf[] = "leaf", *arguments[] = {argv[0], leaf, nullptr};
    if (is("leaf")) {
        fail(2);
        return 0;
    }
    fail(3);
    if (is("return")) return 4;
    if (is("exit")) exit(4);
    if (is("_exit")) _exit(4);
    if (is("_Exit")) _Exit(4);
    if (is("quick_exit")) quick_exit(4);
    if (is("abort")) abort();
    if (is("kill")) raise(SIGKILL);
    if (is("segv")) *(volatile int*)nullptr = 1;
    if (is("syscall")) syscall(SYS_exit_group, 4);
    if (is("execve")) execve(argv[0], arguments, environ);
    if (is("execv")) execv(argv[0], arguments);
    if (is("execvp")) execvp(argv[0], arguments);
    if (is("execl")) execl(argv[0], argv[0], "leaf", nullptr);
    if (is("execle")) execle(argv[0], argv[0], "leaf", nullptr, environ);
    if (is("execlp")) execlp(argv[0], argv[0], "leaf", nullptr);
    if (is("fexecve")) fexecve(open(argv[0], O_RDONLY | O_CLOEXEC), arguments, environ);
    if (is("exec_fails") || is("exec_fails_kill")) {
        GIVES(execve("missing", arguments, environ), -1, ENOENT);
        GIVES(execvp("missing", arguments), -1, ENOENT);
        fail(1);
        if (is("exec_fails_kill")) raise(SIGKILL);
    }
    if (is("exit_with_threads")) {
        pthread_t thread;
        IS(pthread_create(&thread, nullptr, for_ever, nullptr), 0);
        exit(4);
    }
    if (is("pthread_exit")) {
        static pthread_t main_thread = pthread_self();
        pthread_t thread;
        IS(pthread_create(&thread, nullptr, outlive_main, &main_thread), 0);
        pthread_exit(nullptr);
    }
    if (is("fork")) {
        for (int i = 0; i < 3; ++i) {
            const pid_t child = fork();
            if (child == 0) {
                fail(1 + i);
                if (i == 0) return 0;
                if (i == 1) _exit(0);
                raise(SIGKILL);
            }
            REAP_AS(child, i == 2 ? SIGKILL : 0);
        }
    }
    if (is("fork_idle")) {
        const pid_t child = fork();
        if (child == 0) _exit(0);
        REAP(child);
    }
    if (is("vfork")) {
        for (int i = 0; i < 2; ++i) {
            const pid_t child = vfork();
            if (child == 0) {
                if (i == 0) execve(argv[0], arguments, environ);
                execve("missing", arguments, environ);
                _exit(0);
            }
            REAP(child);
        }
        fail(1);
    }
    if (is("posix_spawn")) {
        pid_t child;
        IS(posix_spawn(&child, argv[0], nullptr, nullptr, arguments, environ), 0);
        REAP(child);
        IS(posix_spawnp(&child, argv[0], nullptr, nullptr, arguments, environ), 0);
        REAP(child);
        fail(1);
    }
    char command[600];
    snprintf(command, sizeof command, "exec '%s' leaf", argv[0]);
    if (is("system")) {
        IS(system(command), 0);
        fail(1);
    }
    if (is("popen")) {
        IS(pclose(popen(command, "r")), 0);
        fail(1);
    }
    return 0;
}
