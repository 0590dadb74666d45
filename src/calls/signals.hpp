// The signals by their symbols, and what each does to a process that has no handler for it.
#pragma once

#include "calls/label.hpp"

#include <array>
#include <csignal>

namespace faultline::calls {

struct NamedSignal {
    ShortLabel name;
    int number;
    bool ends; // without a handler it ends the process
};

/// Real-time signals have no symbols of their own: SIGRTMIN+n is written out. 32 and 33 belong to libc.
inline constexpr auto named_signals = std::to_array<NamedSignal>({
    {"SIGHUP", SIGHUP, true},       {"SIGINT", SIGINT, true},       {"SIGQUIT", SIGQUIT, true},
    {"SIGILL", SIGILL, true},       {"SIGTRAP", SIGTRAP, true},     {"SIGABRT", SIGABRT, true},
    {"SIGBUS", SIGBUS, true},       {"SIGFPE", SIGFPE, true},       {"SIGKILL", SIGKILL, true},
    {"SIGUSR1", SIGUSR1, true},     {"SIGSEGV", SIGSEGV, true},     {"SIGUSR2", SIGUSR2, true},
    {"SIGPIPE", SIGPIPE, true},     {"SIGALRM", SIGALRM, true},     {"SIGTERM", SIGTERM, true},
    {"SIGSTKFLT", SIGSTKFLT, true}, {"SIGCHLD", SIGCHLD, false},    {"SIGCONT", SIGCONT, false},
    {"SIGSTOP", SIGSTOP, false},    {"SIGTSTP", SIGTSTP, false},    {"SIGTTIN", SIGTTIN, false},
    {"SIGTTOU", SIGTTOU, false},    {"SIGURG", SIGURG, false},      {"SIGXCPU", SIGXCPU, true},
    {"SIGXFSZ", SIGXFSZ, true},     {"SIGVTALRM", SIGVTALRM, true}, {"SIGPROF", SIGPROF, true},
    {"SIGWINCH", SIGWINCH, false},  {"SIGIO", SIGIO, true},         {"SIGPWR", SIGPWR, true},
    {"SIGSYS", SIGSYS, true},
});

/// The signal of a symbol, or nullptr.
[[nodiscard]] constexpr const NamedSignal* find_signal(std::string_view name) noexcept
{
    for (const auto& known : named_signals)
        if (known.name == name) return &known;
    return nullptr;
}

/// The symbol of a signal, or an empty view. Any time.
[[nodiscard]] constexpr std::string_view signal_name(int number) noexcept
{
    for (const auto& known : named_signals)
        if (known.number == number) return known.name;
    return {};
}

} // namespace faultline::calls
