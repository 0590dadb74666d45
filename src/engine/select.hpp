// Whether a fault's selectors hold for a call. The cheap ones are asked first; none makes a system call for what it has
// seen before.
#pragma once

#include "engine/judge.hpp"

namespace faultline::engine {

/// The bits of the plan's sets of thread names that a name is in. Any time.
[[nodiscard]] std::uint32_t match_thread_name(const plan::Plan& plan, std::string_view name) noexcept;

/// A thread was given a name, maybe the caller: what is known of names is asked for again. Any time.
void thread_renamed() noexcept;

} // namespace faultline::engine
