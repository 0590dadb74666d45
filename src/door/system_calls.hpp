// What a system call means: which row of the table (src/calls), and which of its arguments are the row's.
#pragma once

#include "calls/table.hpp"
#include "engine/call.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace faultline::door {

/// A system call as the kernel told of it, with what stands in its caller's memory and decides what it means.
struct Told {
    int number = 0;
    std::array<std::uint64_t, 6> arguments{};
    std::uint64_t clone_flags = 0; // of clone and clone3
    std::uint64_t open_flags = 0;  // of openat2
    bool path_is_empty = false;    // the one at argument 1
};

/// Where a row's argument comes from.
inline constexpr std::int8_t zero = -1; // it is 0
inline constexpr std::int8_t how = -2;  // Told::open_flags

/// Which of the calls of one number mean a row.
struct Condition {
    bool (*holds)(const Told& told);
    std::string_view words; // behind the system call's name; empty: all of them do
};

/// What a system call may mean: that of the row which it is named after, or a line of system_calls.def.
struct Meaning {
    int number; // of the system call
    std::string_view name;
    calls::Id row;
    const Condition* when;
    std::array<std::int8_t, 6> positions;
};

/// All of them: the rows that are named like a system call, then the lines of the file in their order.
[[nodiscard]] std::span<const Meaning> meanings();
/// Those of one system call.
[[nodiscard]] std::span<const Meaning> meanings_of(int number);

/// The arguments of the row, as it has them.
[[nodiscard]] std::array<engine::Word, 6> words_of(const Meaning& meaning, const Told& told);

/// A row that has no system call of its own although there is one of that name, and why.
struct LeftOut {
    std::string_view name, reason;
};
[[nodiscard]] std::span<const LeftOut> left_out();

/// A function that is none, and those that libc calls in it: "open, getdents64".
struct MadeOf {
    std::string_view function, others;
};
[[nodiscard]] std::span<const MadeOf> made_of();

/// The name of a system call that the table knows; empty: it does not.
[[nodiscard]] std::string_view name_of(int number);

} // namespace faultline::door
