// Which of a plan the kernel's door can do. What it cannot is refused by name, with the way out.
#pragma once

#include "plan/plan.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::door {

struct Fit {
    std::vector<std::string> refusals; // lines; where there are any, the plan cannot be run through this door
    std::vector<std::string> warnings; // of functions that a fault names beside others that can be reached
    std::vector<int> numbers;          // of the system calls to be notified of
};

/// Looks at a plan, and takes those functions out of it that a fault cannot strike here. `block` is what
/// language::parse made.
[[nodiscard]] Fit fit(std::vector<std::byte>& block);

/// A system call that a function becomes, and which of its calls, as "at AT_FDCWD"; empty: all of them.
struct Becomes {
    std::string_view call, when;
};
/// All of them; empty: none.
[[nodiscard]] std::vector<Becomes> system_calls_of(std::string_view function);
/// Why a function has none, and what to name in its place.
[[nodiscard]] std::string instead_of(std::string_view function);

/// Why faults of this type need the preload; empty: they do not. In job.cpp.
[[nodiscard]] std::string_view needs_preload(plan::Type type);

/// Why the kernel's door cannot be used here at all; empty: it can.
[[nodiscard]] std::string obstacle();

} // namespace faultline::door
