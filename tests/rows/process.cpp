// Cases for src/calls/process.def. Identities are set to what they are, and what only the administrator may do is asked
// for in a way that is refused to everybody.
#include "run.hpp"

#include <csignal>
#include <grp.h>
#include <pty.h>
#include <pwd.h>
#include <sched.h>
#include <shadow.h>
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

volatile sig_atomic_t caught;
void note_signal(int) { caught = 1; }

/// SIGUSR1 waits, blocked, and would be noted.
sigset_t signal_waits()
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR1);
    sigprocmask(SIG_BLOCK, &signals, nullptr);
    struct sigaction action {};
    action.sa_handler = note_signal;
    sigaction(SIGUSR1, &action, nullptr);
    kill(getpid(), SIGUSR1);
    return signals;
}

sighandler_t handler_of(int signal)
{
    struct sigaction action {};
    sigaction(signal, nullptr, &action);
    return action.sa_handler;
}

char room[20'000];
posix_spawn_file_actions_t actions;

void user(Run& r, const passwd* entry) { r.effect(entry != nullptr && entry->pw_uid == 0); }
void users(Run& r, const group* entry) { r.effect(entry != nullptr && entry->gr_gid == 0); }

const Case table[] = {
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

    {"kill killpg", [](Run& r) { r.call<int(pid_t, int)>(r.is("kill") ? getpid() : getpgrp(), 0); }},
    {"raise",
     [](Run& r) {
         signal(SIGUSR1, note_signal);
         r.call<decltype(::raise)>(SIGUSR1);
         r.effect(caught == 1);
     }},
    {"tgkill",
     [](Run& r) {
         signal(SIGUSR1, note_signal);
         r.call<decltype(::tgkill)>(getpid(), gettid(), SIGUSR1);
         r.effect(caught == 1);
     }},
    {"sigqueue",
     [](Run& r) {
         signal(SIGUSR1, note_signal);
         r.call<decltype(::sigqueue)>(getpid(), SIGUSR1, sigval{});
         r.effect(caught == 1);
     }},
    {"pidfd_send_signal",
     [](Run& r) {
         signal(SIGUSR1, note_signal);
         const int fd = pidfd_open(getpid(), 0);
         r.call<decltype(::pidfd_send_signal)>(r.fd(fd), SIGUSR1, nullptr, 0U);
         r.effect(caught == 1);
     }},
    {"sigaction __sigaction",
     [](Run& r) {
         struct sigaction action {};
         action.sa_handler = note_signal;
         r.call<int(int, const struct sigaction*, struct sigaction*)>(SIGUSR1, &action, nullptr);
         r.effect(handler_of(SIGUSR1) == note_signal);
     }},
    {"signal bsd_signal ssignal",
     [](Run& r) {
         r.call<sighandler_t(int, sighandler_t)>(SIGUSR1, note_signal);
         r.effect(handler_of(SIGUSR1) == note_signal);
     }},
    {"sigprocmask",
     [](Run& r) {
         sigset_t signals, now;
         sigfillset(&signals);
         r.call<decltype(::sigprocmask)>(SIG_BLOCK, &signals, nullptr);
         sigprocmask(SIG_BLOCK, nullptr, &now);
         r.effect(sigismember(&now, SIGUSR1) == 1);
     }},
    {"sigaltstack",
     [](Run& r) {
         stack_t stack{}, now{};
         stack.ss_sp = room;
         stack.ss_size = sizeof room;
         r.call<decltype(::sigaltstack)>(&stack, nullptr);
         sigaltstack(nullptr, &now);
         r.effect(now.ss_sp == room);
     }},
    {"sigsuspend __sigsuspend",
     [](Run& r) {
         signal_waits();
         sigset_t none;
         sigemptyset(&none);
         r.call<int(const sigset_t*)>(&none);
         r.effect(caught == 1);
     }},
    {"pause",
     [](Run& r) {
         signal(SIGALRM, note_signal);
         const itimerval often{{0, 5000}, {0, 5000}}; // again and again, for the first may come too early
         setitimer(ITIMER_REAL, &often, nullptr);
         r.call<decltype(::pause)>();
     }},
    {"sigwait",
     [](Run& r) {
         const auto signals = signal_waits();
         int signal = 0;
         r.call<decltype(::sigwait)>(&signals, &signal);
         r.effect(signal == SIGUSR1);
     }},
    {"sigwaitinfo",
     [](Run& r) {
         const auto signals = signal_waits();
         siginfo_t info{};
         r.call<decltype(::sigwaitinfo)>(&signals, &info);
         r.effect(info.si_signo == SIGUSR1);
     }},
    {"sigtimedwait",
     [](Run& r) {
         const auto signals = signal_waits();
         siginfo_t info{};
         const timespec none{};
         r.call<decltype(::sigtimedwait)>(&signals, &info, &none);
         r.effect(info.si_signo == SIGUSR1);
     }},
    {"sigpending",
     [](Run& r) {
         signal_waits();
         sigset_t waiting;
         sigemptyset(&waiting);
         r.call<decltype(::sigpending)>(&waiting);
         r.effect(sigismember(&waiting, SIGUSR1) == 1);
     }},

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

} // namespace

Cases process_cases() { return {table, std::size(table)}; }

} // namespace rows
