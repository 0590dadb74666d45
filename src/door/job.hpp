// A call that was struck, until it is answered: what its fault does to it, step by step, none of which waits.
#pragma once

#include "door/images.hpp"
#include "door/shared.hpp"
#include "door/transfer.hpp"

#include <memory>
#include <optional>

namespace faultline::door {

/// What a job waits for; the supervisor comes back to it then.
struct Wait {
    enum class For : std::uint8_t {
        nothing,    // it is answered
        moment,     // until_ns, on CLOCK_MONOTONIC
        descriptor, // the transfer's, to be ready
        ever,       // the caller's end, or a signal
    };
    For what = For::nothing;
    std::int64_t until_ns = 0;
};

struct Job {
    std::uint64_t id = 0; // of the notification
    pid_t tid = 0, pid = 0;
    int pidfd = -1; // of the process; the process outlives its jobs
    Told told;
    CopiedCall call;
    engine::Verdict verdict{};
    InFlight* in_flight = nullptr;
    std::optional<Transfer> transfer;
    std::optional<std::int64_t> result; // to be answered when the moment has come
    bool delayed = false, begun = false;
    std::int64_t held_from = 0;      // of type hold, on CLOCK_MONOTONIC
    bool passes = false;             // it was answered with "continue"
    bool may_be_interrupted = false; // a signal for the caller ends the wait
};

/// Why the fault cannot strike calls that mean this row; empty: it can, if its type needs no preload (fit.hpp).
[[nodiscard]] std::string_view why_not(const plan::Fault& fault, const Meaning& meaning);

/// Ends a transfer that waits for the rest, as a signal does: with what has gone through. False: nothing has.
[[nodiscard]] bool end_halfway(Job& job, int listener);

/// Goes on with a job as far as it can.
[[nodiscard]] Wait carry(Job& job, int listener);

} // namespace faultline::door
