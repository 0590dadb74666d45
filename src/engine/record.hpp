// Writes down what was injected: one event in the ledger.
#pragma once

#include "engine/judge.hpp"

namespace faultline::engine {

/// Makes the event of a verdict, with everything that is known before the effect. Returns nullptr where no slot was
/// left.
ledger::Event* record(const Context& context, const Call& call, const Match& match, const Verdict& verdict) noexcept;

/// Nanoseconds since arming; in a sealed process since it was sealed. Any time after arming.
[[nodiscard]] std::int64_t time_since_arming(const ledger::Header& header) noexcept;

} // namespace faultline::engine
