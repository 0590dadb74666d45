// What becomes of signals to us while a program runs in the foreground.
#pragma once

#include <csignal>
#include <cstddef>
#include <sys/types.h>

namespace faultline::run {

/// While it lives, SIGTERM and SIGHUP go on to the program, and SIGINT and SIGQUIT, which the terminal sends to both,
/// are left to it. One at a time in a process.
class Forwarding {
public:
    Forwarding();
    Forwarding(const Forwarding&) = delete;
    Forwarding& operator=(const Forwarding&) = delete;
    ~Forwarding();

    void to(pid_t program) noexcept; // 0: to none
    void restore() const noexcept;   // the dispositions from before; in a vfork child too

private:
    static constexpr std::size_t count = 4;
    static constexpr int numbers[count] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP};
    struct sigaction before_[count] = {};
};

} // namespace faultline::run
