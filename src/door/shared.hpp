// The memory that the command, the program's process before it is executed, the supervisor and its keeper share. It is
// made before any of them is forked.
#pragma once

#include <atomic>
#include <cstdint>
#include <linux/seccomp.h>

namespace faultline::door {

/// A notification that was received and not answered yet, so that the keeper can answer it if the supervisor is killed.
struct InFlight {
    enum class State : std::uint32_t {
        judged,     // nothing was done: the call may pass
        performing, // it may have been done, or half of it
        performed,  // it was: `result` is to be answered
    };
    std::atomic<std::uint64_t> id{0}; // 0: free. Written last
    std::atomic<State> state{State::judged};
    std::atomic<std::int64_t> result{0};
};

struct Shared {
    std::atomic<std::uint32_t> begun{0};    // the supervisor and its keeper are there
    std::atomic<std::uint32_t> listener{0}; // in the program's process: its number plus 1; or an errno, negated
    std::atomic<std::int32_t> program{0};   // pid
    std::atomic<std::uint32_t> ready{0};    // 1: the supervisor has the listener; 2: it could not have it
    std::atomic<std::uint32_t> kept{0};     // the keeper has the listener
    std::atomic<std::uint32_t> failed{0};   // the supervisor let everything pass from some moment on: the run is void
    std::atomic<std::uint32_t> ended{0};    // the supervisor has ended as it should
    std::atomic<std::uint64_t> notified{0}; // calls
    char problem[256]{};                    // why it failed
    static constexpr std::size_t most_in_flight = 4096;
    InFlight in_flight[most_in_flight];
    // The notification received last: the kernel itself writes it here, so there is no moment at which one is received
    // and no other knows of it. id 0: none.
    seccomp_notif received{};
};

/// Receives the next notification, into Shared::received. nullptr: there is none, for its caller was killed.
[[nodiscard]] const seccomp_notif* receive(Shared& shared, int listener) noexcept;

/// Answers a notification. False where its caller is gone or was interrupted.
bool answer(int listener, std::uint64_t id, std::int64_t value, std::int32_t error) noexcept;
/// Lets the call pass.
bool let_pass(int listener, std::uint64_t id) noexcept;
/// Whether the caller still waits.
[[nodiscard]] bool still_waits(int listener, std::uint64_t id) noexcept;

/// What the keeper does: waits for the supervisor's end; if it was no orderly one, answers what it left and lets all
/// pass from then on, until no process is left that could ask.
[[noreturn]] void keep(Shared& shared, int listener, int supervisor_pidfd) noexcept;

} // namespace faultline::door
