// A plan as the engine reads it: one flat block of bytes without pointers, so that it can lie in the ledger, be shared
// with children, be replaced by one pointer swap and be read in a signal handler. plan/parse.hpp makes it from TOML.
#pragma once

#include "calls/table.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace faultline::plan {

/// `count` objects of type T that start `offset` bytes after the beginning of the plan.
template <class T>
struct Slice {
    std::uint32_t offset = 0;
    std::uint32_t count = 0;
};
using Text = Slice<char>;

enum class Type : std::uint8_t { error, delay, timeout, corruption, shorten, returns };
inline constexpr std::array<std::string_view, 6> type_names{"errno",      "delay", "timeout",
                                                            "corruption", "short", "returns"};

enum class Arm : std::uint8_t { load, main, after, file };

enum class Mode : std::uint8_t { bitflip, random, zero, increment, reverse, swap, truncate };
inline constexpr std::array<std::string_view, 7> mode_names{"bitflip", "random", "zero",    "increment",
                                                            "reverse", "swap",   "truncate"};

/// Whose matches `on` counts.
enum class Count : std::uint8_t { process, thread };
inline constexpr std::array<std::string_view, 2> count_names{"process", "thread"};

inline constexpr std::uint64_t unlimited = ~std::uint64_t{0};
inline constexpr std::uint16_t no_index = 0xffff;

/// A probability as a 64-bit threshold: a uniform 64-bit draw below it hits. `unlimited` means always, with no draw.
using Chance = std::uint64_t;

/// Matches first, first + step … up to last.
struct Positions {
    std::uint64_t first = 1;
    std::uint64_t last = unlimited;
    std::uint64_t step = 1;
};

/// An error to choose, with the sum of the weights up to and including its own.
struct WeightedError {
    std::int32_t code = 0;
    std::uint32_t weight_to_here = 0;
};

struct Delay {
    enum class Shape : std::uint8_t { none, fixed, uniform, normal, exponential, pareto };
    Shape shape = Shape::none;
    std::uint64_t low = 0;    // ns: the fixed delay, or the least
    std::uint64_t high = 0;   // ns: the most (uniform); others: a cap, or unlimited
    std::uint64_t mean = 0;   // ns
    std::uint64_t stddev = 0; // ns
};

/// How many bytes: either a number, or a share of what there is.
struct Amount {
    std::uint64_t bytes = 0; // 0: not given
    Chance share = 0;        // of each byte to be struck (rate), or of the whole (fraction); 0: not given
};

struct Glob {
    Text pattern; // without the leading "!"
    std::uint32_t negated = 0;
};

struct Fault {
    Text name;
    Type type = Type::error;
    Mode mode = Mode::bitflip;
    Count count = Count::process;
    bool enabled = true;
    bool has_returns = false;
    bool selective = false;            // it has selectors, or strikes only some calls by its type
    std::uint16_t path_set = no_index; // index into Plan::path_sets

    // selectors
    std::uint64_t size_least = 0;
    std::uint64_t size_most = unlimited;

    // triggers
    Slice<Positions> on; // empty: every match
    Chance probability = unlimited;
    std::uint64_t max_triggers = unlimited;

    // what it does
    Slice<WeightedError> errors; // empty: the environmental errors of the function struck
    std::int64_t returns = 0;
    Delay delay;
    Amount amount;                 // of bytes to damage, or to let through
    std::uint64_t range_first = 0; // bytes that may be damaged: [first, last]
    std::uint64_t range_last = unlimited;

    [[nodiscard]] bool selects_size() const noexcept { return size_least != 0 || size_most != unlimited; }
};

/// A function that some fault names, under the name users know; all its twins share one.
struct Function {
    Text name;
    Slice<std::uint16_t> faults; // indices into Plan::faults, in file order
};

/// The beginning of the block.
struct Plan {
    std::uint32_t bytes = 0; // of the whole block
    Arm arm = Arm::main;
    bool seed_given = false;
    bool follows_descriptors = false; // some fault selects by the path of a descriptor
    std::uint64_t seed = 0;
    std::uint64_t arm_after = 0; // ns after main
    std::uint64_t max_events = 100000;
    Text arm_file;
    Text source;          // absolute path of the TOML file
    Text stats_file;      // as written, with its % letters
    Slice<Text> programs; // globs; empty: every program
    Slice<Fault> faults;
    Slice<Function> functions;
    Slice<std::uint16_t> function_of_row; // row of the table → index into functions, or no_index
    Slice<Slice<Glob>> path_sets;

    template <class T>
    [[nodiscard]] std::span<const T> view(Slice<T> slice) const noexcept
    {
        return {reinterpret_cast<const T*>(reinterpret_cast<const char*>(this) + slice.offset), slice.count};
    }
    [[nodiscard]] std::string_view text(Text slice) const noexcept
    {
        return {reinterpret_cast<const char*>(this) + slice.offset, slice.count};
    }
};

/// At most this many sets of path globs in a plan: the engine keeps a bit for each beside a descriptor.
inline constexpr std::size_t most_path_sets = 48;
inline constexpr std::size_t most_faults = 1000;

} // namespace faultline::plan
