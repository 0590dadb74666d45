// The trace: which calls that can fail a program makes, from where, how often. A mode of the ledger and no fault.
#pragma once

#include <string_view>

namespace faultline::engine {

/// Makes room to find sites again by. `executable` is the path of the program, which modules without a name are. Boot
/// only, and only under a plan that traces.
[[nodiscard]] bool prepare_trace(std::string_view executable) noexcept;

/// Forgets all: a forked child has a record of its own. While the process has one thread.
void clear_trace() noexcept;

} // namespace faultline::engine
