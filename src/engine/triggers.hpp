// Triggers decide at which of a fault's matches it fires (triggers() itself is declared by the judge, who asks it).
#pragma once

#include "engine/judge.hpp"

namespace faultline::engine {

/// A fault has fired: one that is sticky goes on from here, and what waits for it begins.
void fired(const Context& context, const Call& call, const plan::Fault& fault, std::uint16_t index) noexcept;

/// Whether a fault that others wait for has fired.
[[nodiscard]] bool has_fired(const Context& context, std::uint16_t index) noexcept;

/// A sync has failed and kept it to itself: the next one of the same file that the fault is asked about tells it.
void owe(const Context& context, const Call& call, std::uint16_t index) noexcept;

} // namespace faultline::engine
