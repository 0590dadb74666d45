#include "run/forwarding.hpp"

#include <cerrno>

namespace faultline::run {

namespace {

volatile pid_t program = 0; // for the signal handler

void forward(int signal)
{
    const int saved = errno;
    if (program > 0) ::kill(program, signal);
    errno = saved;
}

} // namespace

Forwarding::Forwarding()
{
    struct sigaction action = {};
    sigemptyset(&action.sa_mask);
    for (std::size_t i = 0; i < count; ++i) {
        action.sa_handler = numbers[i] == SIGINT || numbers[i] == SIGQUIT ? SIG_IGN : &forward;
        ::sigaction(numbers[i], nullptr, &before_[i]);
        // What our caller ignores (nohup), we and the program go on ignoring.
        if (before_[i].sa_handler != SIG_IGN) ::sigaction(numbers[i], &action, nullptr);
    }
}

Forwarding::~Forwarding()
{
    to(0);
    restore();
}

void Forwarding::to(pid_t pid) noexcept { program = pid; }

void Forwarding::restore() const noexcept
{
    for (std::size_t i = 0; i < count; ++i)
        ::sigaction(numbers[i], &before_[i], nullptr);
}

} // namespace faultline::run
