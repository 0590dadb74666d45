// Cases for src/calls/process.def. Identities are set to what they are, and what only the administrator may do is asked
// for in a way that is refused to everybody.
#include "run.hpp"

#include <csignal>
#include <grp.h>
#include <pty.h>
#include <sched.h>
#include <spawn.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/time.h>

namespace rows {
namespace {

constexpr const char* program = "/bin/true";
char name[] = "true";
char* arguments[] = {name, nullptr};

/// A child that has ended, or is about to, with status 3.
pid_t child()
{
    const pid_t pid = fork();
    if (pid == 0) _exit(3);
    return pid;
}

/// What the parent of a fork does, and its child.
void forked(Run& r, pid_t pid)
{
    if (pid == 0) _exit(3);
    int status = 0;
    r.effect(pid > 0 && waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 3);
}

void spawned(Run& r, pid_t pid)
{
    int status = -1;
    r.effect(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0);
}

posix_spawn_file_actions_t actions;

const Case cases[] = {
    {"fork __fork _Fork", [](Run& r) { forked(r, r.vary<pid_t()>()); }},
    {"execve",
     [](Run& r) { r.call<int(const char*, char* const*, char* const*)>(r.path(program), arguments, environ); }, ends},
    {"execl",
     [](Run& r) { r.call<int(const char*, const char*, ...)>(r.path(program), "true", static_cast<char*>(nullptr)); },
     ends},
    {"execlp",
     [](Run& r) { r.call<int(const char*, const char*, ...)>(r.path("true"), "true", static_cast<char*>(nullptr)); },
     ends},
    {"execle",
     [](Run& r) {
         r.call<int(const char*, const char*, ...)>(r.path(program), "true", static_cast<char*>(nullptr), environ);
     },
     ends},
    {"execv", [](Run& r) { r.call<int(const char*, char* const*)>(r.path(program), arguments); }, ends},
    {"execvp", [](Run& r) { r.call<int(const char*, char* const*)>(r.path("true"), arguments); }, ends},
    {"execvpe",
     [](Run& r) { r.call<int(const char*, char* const*, char* const*)>(r.path("true"), arguments, environ); }, ends},
    {"fexecve",
     [](Run& r) {
         const int fd = open(program, O_RDONLY | O_CLOEXEC);
         r.call<int(int, char* const*, char* const*)>(r.fd(fd), arguments, environ);
     },
     ends},
    {"execveat",
     [](Run& r) {
         r.call<int(int, const char*, char* const*, char* const*, int)>(AT_FDCWD, r.path(program), arguments, environ,
                                                                        0);
     },
     ends},
    {"posix_spawn",
     [](Run& r) {
         pid_t pid = 0;
         r.call<decltype(::posix_spawn)>(&pid, r.path(program), nullptr, nullptr, arguments, environ);
         spawned(r, pid);
     }},
    {"posix_spawnp",
     [](Run& r) {
         pid_t pid = 0;
         r.call<decltype(::posix_spawnp)>(&pid, r.path("true"), nullptr, nullptr, arguments, environ);
         spawned(r, pid);
     }},
    {"posix_spawn_file_actions_init", [](Run& r) { r.call<decltype(::posix_spawn_file_actions_init)>(&actions); }},
    {"posix_spawn_file_actions_addopen",
     [](Run& r) {
         posix_spawn_file_actions_init(&actions);
         r.call<decltype(::posix_spawn_file_actions_addopen)>(&actions, 1, "made", O_CREAT | O_WRONLY, 0600U);
         pid_t pid = 0;
         posix_spawn(&pid, program, &actions, nullptr, arguments, environ);
         waitpid(pid, nullptr, 0);
         r.effect(Run::exists("made"));
     }},
    {"posix_spawn_file_actions_addclose",
     [](Run& r) {
         posix_spawn_file_actions_init(&actions);
         r.call<decltype(::posix_spawn_file_actions_addclose)>(&actions, 1);
         r.effect(actions.__used == 1);
     }},
    {"posix_spawn_file_actions_adddup2",
     [](Run& r) {
         posix_spawn_file_actions_init(&actions);
         r.call<decltype(::posix_spawn_file_actions_adddup2)>(&actions, 1, 2);
         r.effect(actions.__used == 1);
     }},
    {"system",
     [](Run& r) {
         r.call<decltype(::system)>("echo > made; exit 3");
         r.effect(Run::exists("made"));
     }},
    {"forkpty",
     [](Run& r) {
         int master = -1;
         const pid_t pid = r.vary<decltype(::forkpty)>(&master, nullptr, nullptr, nullptr);
         if (pid == 0) _exit(3);
         if (pid > 0) waitpid(pid, nullptr, 0);
     }},
    {"daemon",
     [](Run& r) {
         // The parent leaves inside the call; a process before it waits until the child has said everything.
         int ends[2];
         if (pipe(ends) != 0) abort();
         if (!r.failing) {
             const pid_t pid = fork();
             if (pid != 0) {
                 char byte;
                 close(ends[1]);
                 waitpid(pid, nullptr, 0);
                 if (read(ends[0], &byte, 1) != 0) abort();
                 return;
             }
         }
         const pid_t before = getpid();
         r.call<decltype(::daemon)>(1, 1);
         r.effect(getpid() != before);
         if (!r.failing) _exit(0);
     },
     elsewhere},
    {"wait __wait",
     [](Run& r) {
         const pid_t pid = child();
         r.effect(r.vary<pid_t(int*)>(nullptr) == pid);
     }},
    {"waitpid __waitpid",
     [](Run& r) {
         int status = 0;
         r.vary<pid_t(pid_t, int*, int)>(child(), &status, 0);
         r.effect(WEXITSTATUS(status) == 3);
     }},
    {"waitid",
     [](Run& r) {
         siginfo_t info{};
         r.call<decltype(::waitid)>(P_PID, static_cast<id_t>(child()), &info, WEXITED);
         r.effect(info.si_status == 3);
     }},
    {"wait3",
     [](Run& r) {
         child();
         int status = 0;
         r.vary<decltype(::wait3)>(&status, 0, nullptr);
         r.effect(WEXITSTATUS(status) == 3);
     }},
    {"wait4",
     [](Run& r) {
         int status = 0;
         r.vary<decltype(::wait4)>(child(), &status, 0, nullptr);
         r.effect(WEXITSTATUS(status) == 3);
     }},
    {"_exit _Exit quick_exit", [](Run& r) { r.call<void(int)>(3); }, ends},
    {"abort", [](Run& r) { r.call<void()>(); }, ends},
    {"__libc_start_main", [](Run& r) { r.saw("main has begun"); }},
    {"prctl", [](Run& r) { r.call<int(int, ...)>(PR_GET_DUMPABLE, 0UL, 0UL, 0UL, 0UL); }},
    {"syscall", [](Run& r) { r.effect(r.call<long(long, ...)>(long{SYS_umask}, 0L) == 022); }},

    {"setuid seteuid", [](Run& r) { r.call<int(uid_t)>(getuid()); }},
    {"setgid setegid", [](Run& r) { r.call<int(gid_t)>(getgid()); }},
    {"setreuid", [](Run& r) { r.call<decltype(::setreuid)>(getuid(), getuid()); }},
    {"setregid", [](Run& r) { r.call<decltype(::setregid)>(getgid(), getgid()); }},
    {"setresuid", [](Run& r) { r.call<decltype(::setresuid)>(getuid(), getuid(), getuid()); }},
    {"setresgid", [](Run& r) { r.call<decltype(::setresgid)>(getgid(), getgid(), getgid()); }},
    {"setgroups",
     [](Run& r) {
         const gid_t own = getgid();
         r.call<decltype(::setgroups)>(1UL, &own);
     }},
    {"getgroups __getgroups_chk",
     [](Run& r) {
         gid_t groups[200];
         if (r.is("getgroups"))
             r.call<decltype(::getgroups)>(200, groups);
         else
             r.call<int(int, gid_t*, size_t)>(200, groups, sizeof groups);
     }},
    {"initgroups", [](Run& r) { r.call<decltype(::initgroups)>("root", getgid()); }},
    {"getgrouplist",
     [](Run& r) {
         gid_t groups[200];
         int count = 200;
         r.call<decltype(::getgrouplist)>("root", 0U, groups, &count);
         r.effect(count < 200);
     }},
    {"setsid",
     [](Run& r) {
         r.vary<decltype(::setsid)>();
         r.effect(getsid(0) == getpid());
     }},
    {"setpgid __setpgid",
     [](Run& r) {
         r.call<int(pid_t, pid_t)>(0, 0);
         r.effect(getpgrp() == getpid());
     }},
    {"getpgid __getpgid getsid", [](Run& r) { r.vary<pid_t(pid_t)>(0); }},
    {"setrlimit setrlimit64",
     [](Run& r) {
         rlimit limit{};
         getrlimit(RLIMIT_NOFILE, &limit);
         limit.rlim_cur = 100;
         r.call<int(int, const rlimit*)>(RLIMIT_NOFILE, &limit);
         getrlimit(RLIMIT_NOFILE, &limit);
         r.effect(limit.rlim_cur == 100);
     }},
    {"getrlimit getrlimit64",
     [](Run& r) {
         rlimit limit{};
         r.call<int(int, rlimit*)>(RLIMIT_NOFILE, &limit);
         r.effect(limit.rlim_max != 0);
     }},
    {"prlimit prlimit64",
     [](Run& r) {
         rlimit limit{};
         r.call<int(pid_t, int, const rlimit*, rlimit*)>(0, RLIMIT_NOFILE, nullptr, &limit);
         r.effect(limit.rlim_max != 0);
     }},
    {"getrusage",
     [](Run& r) {
         rusage used{};
         r.call<int(int, rusage*)>(RUSAGE_SELF, &used);
         r.effect(used.ru_maxrss != 0);
     }},
    {"getpriority", [](Run& r) { r.call<int(int, id_t)>(PRIO_PROCESS, 0U); }},
    {"setpriority",
     [](Run& r) {
         r.call<int(int, id_t, int)>(PRIO_PROCESS, 0U, 19);
         r.effect(getpriority(PRIO_PROCESS, 0) == 19);
     }},
    {"nice", [](Run& r) { r.call<decltype(::nice)>(1); }},
    {"sched_setaffinity",
     [](Run& r) {
         cpu_set_t processors;
         sched_getaffinity(0, sizeof processors, &processors);
         r.call<decltype(::sched_setaffinity)>(0, sizeof processors, &processors);
     }},
    {"sched_getaffinity",
     [](Run& r) {
         cpu_set_t processors;
         CPU_ZERO(&processors);
         r.call<decltype(::sched_getaffinity)>(0, sizeof processors, &processors);
         r.effect(CPU_COUNT(&processors) > 0);
     }},
    {"sched_setscheduler __sched_setscheduler",
     [](Run& r) {
         const sched_param none{};
         r.call<int(pid_t, int, const sched_param*)>(0, SCHED_BATCH, &none);
         r.effect(sched_getscheduler(0) == SCHED_BATCH);
     }},
    {"sched_getscheduler __sched_getscheduler", [](Run& r) { r.call<int(pid_t)>(0); }},
    {"sched_setparam",
     [](Run& r) {
         const sched_param none{};
         r.call<decltype(::sched_setparam)>(0, &none);
     }},
    {"sched_getparam __sched_getparam",
     [](Run& r) {
         sched_param now{};
         now.sched_priority = -9;
         r.call<int(pid_t, sched_param*)>(0, &now);
         r.effect(now.sched_priority == 0);
     }},
    {"sched_yield __sched_yield", [](Run& r) { r.call<int()>(); }},
    {"unshare", [](Run& r) { r.call<decltype(::unshare)>(0); }},
    {"setns", [](Run& r) { r.call<decltype(::setns)>(r.fd(0), 0); }},
    {"acct", [](Run& r) { r.call<decltype(::acct)>(r.path("missing")); }},
    {"ptrace", [](Run& r) { r.call<long(int, ...)>(int{PTRACE_CONT}, getpid(), nullptr, nullptr); }},
    {"personality", [](Run& r) { r.call<decltype(::personality)>(0xffff'ffffUL); }},

    {"dlclose", [](Run& r) { r.call<decltype(::dlclose)>(dlopen("libm.so.6", RTLD_NOW)); }},
    {"dlopen", [](Run& r) { r.call<void*(const char*, int)>(r.path("libm.so.6"), RTLD_NOW); }},
    {"dlmopen",
     [](Run& r) { r.call<void*(Lmid_t, const char*, int)>(Lmid_t{LM_ID_BASE}, r.path("libm.so.6"), RTLD_NOW); }},
    {"setenv",
     [](Run& r) {
         r.call<decltype(::setenv)>("ROW", "value", 1);
         r.effect(getenv("ROW") != nullptr);
     }},
    {"putenv",
     [](Run& r) {
         static char text[] = "ROW=value";
         r.call<decltype(::putenv)>(text);
         r.effect(getenv("ROW") != nullptr);
     }},
};

const Family family("process", cases);

} // namespace
} // namespace rows
