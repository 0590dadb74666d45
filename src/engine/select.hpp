// Whether a fault's selectors hold for a call. The cheap ones are asked first; none makes a system call for what it has
// seen before.
#pragma once

#include "engine/judge.hpp"

namespace faultline::engine {

/// A thread was given a name, maybe the caller: what is known of names is asked for again. Any time.
void thread_renamed() noexcept;

} // namespace faultline::engine
