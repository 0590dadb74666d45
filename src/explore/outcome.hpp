// What became of a run: a class, found by comparing what was seen with what is seen without faults.
#pragma once

#include "explore/mask.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::explore {

/// Worst first, as findings are listed.
enum class Class : std::uint8_t {
    silent_wrong,
    corrupt,
    lost,
    crash,
    told_wrong,
    hang,
    cannot_recover,
    false_failure,
    abort,
    leak,
    mute_fail,
    unstable,
    clean_fail,
    tolerated,
    not_reached,
};
inline constexpr std::array<std::string_view, 15> class_names{
    "silent-wrong", "corrupt", "lost",      "crash",    "told-wrong", "hang",      "cannot-recover", "false-failure",
    "abort",        "leak",    "mute-fail", "unstable", "clean-fail", "tolerated", "not-reached"};
[[nodiscard]] constexpr std::string_view name_of(Class outcome)
{
    return class_names[static_cast<std::size_t>(outcome)];
}
[[nodiscard]] std::optional<Class> class_named(std::string_view name);
/// Whether it is misbehaviour; what of it makes the exploration fail is the user's to choose.
[[nodiscard]] constexpr bool is_finding(Class outcome) { return outcome < Class::unstable; }

/// What is known of a command without faults.
struct Baseline {
    Observation run; // in fresh surroundings
    Tree pristine;   // the tree before it
    Mask mask;
    std::optional<End> recovery_of_pristine; // the recovery command, in fresh surroundings
    std::optional<End> recovery_of_run;      // … after the command
    Tree recovered_pristine, recovered_run;  // what it leaves
};

struct Outcome {
    Class kind = Class::tolerated;
    std::string detail; // "spin", "SIGSEGV", "work/notes.txt differs" …
};

/// Whether what the run left can only be judged by what a recovery makes of it: it is neither as before nor as after a
/// run without faults.
[[nodiscard]] bool needs_recovery(const Baseline& baseline, const Observation& seen);

/// Classifies a run under faults.
[[nodiscard]] Outcome classify(const Baseline& baseline, const Observation& seen);

/// How a tree differs, in a few words; empty: it doesn't.
[[nodiscard]] std::string difference(const Tree& expected, const Tree& seen);

} // namespace faultline::explore
