// How a program that is executed learns its place in the tree: through the variable FAULT_LINEAGE, which holds
// LINEAGE:SEED:PID:LEDGER, where PID is the process whose image is replaced (0: a new process) and LEDGER that image's
// ledger, if it left one. Nothing else of the environment is ever changed after boot.
#pragma once

#include "hook/process.hpp"

namespace faultline::hook {

inline constexpr std::string_view lineage_variable = "FAULT_LINEAGE=";

/// What the variable told this image.
struct Inheritance {
    ledger::Lineage lineage;
    std::uint64_t seed = 0;
    int replaced_pid = 0;
    std::string_view replaced_ledger;
};

/// Reads the value of the variable; false where it is not of the form above.
bool parse_inheritance(std::string_view value, Inheritance& inheritance) noexcept;

/// Room for the variable's text, from the name on.
template <std::size_t ledger_room>
struct HeirloomOf {
    char text[192 + ledger_room];
};
using Heirloom = HeirloomOf<ledger::path_room>;
using BriefHeirloom = HeirloomOf<0>; // of a new process; fits on any stack

/// Writes the variable for a program that is about to run under `lineage`.
void write_heirloom(std::span<char> text, const ledger::Lineage& lineage, int replaced_pid,
                    std::string_view replaced_ledger) noexcept;

/// The text that stands in this process's environment, which putenv() put there at boot. It is rewritten in place
/// around system() and popen(), which take no environment of their own.
[[nodiscard]] Heirloom& own_heirloom() noexcept;

} // namespace faultline::hook
