#include "door/door.hpp"

#include "door/filter.hpp"
#include "door/supervisor.hpp"
#include "door/supervisor_process.hpp"
#include "sys/syscalls.hpp"

#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>
#include <fmt/format.h>
#include <linux/futex.h>
#include <new>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace faultline::door {

Door::Door(Setting setting, const std::vector<int>& numbers)
    : Door(make_filter_with_code(numbers),
           [&setting](Shared& shared, int listener, const std::function<void()>& ready) {
               supervise(shared, std::move(setting), listener, ready);
           })
{}

Door::Door(std::vector<sock_filter> filter, const Serve& serve) : filter_(std::move(filter))
{
    void* const memory = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        problem_ = fmt::format("there is no memory for the kernel's door: {}", std::strerror(errno));
        return;
    }
    shared_ = new (memory) Shared;
    supervisor_ = ::fork();
    if (supervisor_ == 0) become_supervisor(*shared_, serve);
    if (supervisor_ < 0) problem_ = fmt::format("the supervisor cannot be started: {}", std::strerror(errno));
    // So that the program's process number is the next one, from run to run.
    while (shared_->begun == 0 && serves()) {
        const timespec limit{1, 0};
        sys::call(SYS_futex, sys::address(&shared_->begun), FUTEX_WAIT, 0, sys::address(&limit));
    }
}

Door::~Door()
{
    if (supervisor_ > 0) ::waitpid(supervisor_, nullptr, WNOHANG);
    if (shared_ != nullptr) ::munmap(shared_, sizeof(Shared));
}

void Door::enter(const void* door) noexcept
{
    const auto& self = *static_cast<const Door*>(door);
    if (self.shared_ == nullptr) sys::exit_group(125);
    auto& shared = *self.shared_;
    const sock_fprog program{static_cast<unsigned short>(self.filter_.size()),
                             const_cast<sock_filter*>(self.filter_.data())};
    const int listener = install_filter(program);
    // Nothing but futex from here on: any other call may be one that is notified, and there is no answer yet.
    shared.program = sys::getpid();
    shared.listener = listener < 0 ? static_cast<std::uint32_t>(listener) : static_cast<std::uint32_t>(listener) + 1;
    sys::call(SYS_futex, sys::address(&shared.listener), FUTEX_WAKE, INT_MAX);
    if (listener < 0) sys::exit_group(125);
    constexpr int most_seconds = 60;
    for (int seconds = 0; shared.ready == 0 && seconds < most_seconds; ++seconds) {
        const timespec limit{1, 0};
        sys::call(SYS_futex, sys::address(&shared.ready), FUTEX_WAIT, 0, sys::address(&limit));
    }
    // Without an answer, exit_group is refused to us as well.
    if (shared.ready != 1) sys::call(SYS_kill, shared.program, 9);
}

bool Door::serves() const
{
    siginfo_t ended{};
    return supervisor_ > 0 &&
           ::waitid(P_PID, static_cast<id_t>(supervisor_), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           ended.si_pid == 0;
}

void Door::wake() const
{
    if (supervisor_ > 0) ::kill(supervisor_, SIGALRM);
}

std::string Door::problem() const
{
    if (!problem_.empty()) return problem_;
    const auto listener = static_cast<std::int32_t>(shared_->listener.load());
    if (listener < 0)
        return listener == -EBUSY ? "there is a seccomp filter with a listener over this process already, and the "
                                    "kernel allows no second one"
                                  : fmt::format("the kernel refuses the seccomp filter: {}", std::strerror(-listener));
    if (shared_->ready == 2)
        return fmt::format("the supervisor cannot have the program's listener: {}", shared_->problem);
    if (shared_->failed != 0)
        return fmt::format("{}; from then on everything passed, and the run is void", shared_->problem);
    return {};
}

} // namespace faultline::door
