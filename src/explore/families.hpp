// What can be tried on a function: the errors that its environment may cause, and legal though rare behaviour, in
// families that a user can name.
#pragma once

#include "calls/spec.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace faultline::explore {

/// One way in which a call may go.
struct Try {
    std::string family;
    std::string type;  // of a fault: "errno", "short" …
    std::string error; // the errno's name; empty for types that take none

    bool operator==(const Try&) const = default;
};

struct Family {
    std::string_view name;
    bool by_default; // a sound program has to survive it
    std::string_view help;
};

[[nodiscard]] const std::vector<Family>& families();

/// What can be tried on a function of the table in these families, the most telling one of each family first. Nothing
/// for a function that is not in the table. `through_door`: what the kernel's door does.
[[nodiscard]] std::vector<Try> tries_of(std::string_view function, const std::vector<std::string>& chosen,
                                        bool through_door = false);

/// Whether it may go on for good. Not where the error asks for the call to be made again: a sound program does so until it
/// goes through, and would never end.
[[nodiscard]] bool can_last(std::string_view function, std::string_view error);

/// Which calls an error makes fail, as a plan's `functions` has them, where it is a state of the machine: memory or a disk is
/// full, a disk is broken or must not be written to. Empty: it is none.
[[nodiscard]] std::vector<std::string> spreads_to(std::string_view error);

} // namespace faultline::explore
