// A run that is changed while it goes on (plan/control_page.hpp): every call looks whether another plan is in force than
// the one that the process goes by, and the first that finds one takes it over. No thread, signal or descriptor waits for
// it, and a process that makes no call is told nothing, for its next call will see.
#pragma once

#include "plan/control_page.hpp"

namespace faultline::hook {

/// Makes the process one that can be told of other plans. Returns the plan in force, to begin with in place of `base`,
/// the one that the run began with; nullptr where its control file holds none. Boot only.
[[nodiscard]] plan::Plan* begin_under_control(const plan::ControlPage& page, plan::Plan& base) noexcept;

/// Whether the process can be told of other plans. Any time.
[[nodiscard]] bool is_controlled() noexcept;

/// Marks the faults whose selector `program` names others than this one. `executable`: the name of its file.
void mark_elsewhere(plan::Plan& plan, std::string_view executable) noexcept;

/// Points the slots of all rows that a fault names, or that the engine has to see, at their hooks. Boot, and take_over().
void arm_rows() noexcept;

/// No row is disarmed any more: a program lays faults of its own over some. Any time.
void keep_rows_armed() noexcept;

/// Takes over what is in force now. Any thread, any time after boot, in signal handlers and vfork children too: where
/// another one is at it the caller goes on by the plan that it knows. Maps memory, which stays.
void take_over() noexcept;

/// The generation of the control file that the process goes by.
[[nodiscard]] std::uint32_t generation_taken() noexcept;

/// Whether no fault is to strike for a while: what a new record begins with. Any time.
[[nodiscard]] bool is_quiet() noexcept;

/// Another thread may have been at it in the parent. In a forked child, while it has one thread.
void forget_take_over() noexcept;

} // namespace faultline::hook
