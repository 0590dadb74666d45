// Cases for src/calls/process.def: signals.
#include "run.hpp"

#include <csignal>
#include <sys/time.h>

namespace rows {
namespace {

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

char room[20'000]; // for a stack

const Case cases[] = {
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
};

const Family family("process", cases);

} // namespace
} // namespace rows
