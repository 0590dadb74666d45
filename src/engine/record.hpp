// Writes down what was injected: one event in the ledger.
#pragma once

#include "engine/judge.hpp"

namespace faultline::engine {

struct Occasion {
    std::uint16_t fault, function; // indices into the plan
    std::uint64_t match;           // in the numbering that decided
    bool in_thread;                // that numbering is the thread's own, and the event's is still to be found
};

/// Makes the event of a verdict, with everything that is known before the effect. Returns nullptr where no slot was
/// left.
ledger::Event* record(const Context& context, const Call& call, const Occasion& occasion,
                      const Verdict& verdict) noexcept;

} // namespace faultline::engine
