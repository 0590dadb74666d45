// A plan as the engine reads it: one flat block of bytes without pointers, so that it can lie in the ledger, be shared
// with children, be replaced by one pointer swap and be read in a signal handler. language/parse.hpp makes it.
#pragma once

#include "calls/table.hpp"

#include <array>
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

// An enum whose enumerators are the words of plans, and the words.
// NOLINTBEGIN(bugprone-macro-parentheses): names and lists, which no parentheses may stand round
#define FAULTLINE_ENUMERATOR(word) word,
#define FAULTLINE_WORD(word) #word,
#define FAULTLINE_WORDS(Enum, words, list)                                                                             \
    enum class Enum : std::uint8_t { list(FAULTLINE_ENUMERATOR) };                                                     \
    inline constexpr auto words = std::to_array<std::string_view>({list(FAULTLINE_WORD)});
// NOLINTEND(bugprone-macro-parentheses)

enum class Type : std::uint8_t {
#define TYPE(type, ...) type,
#include "plan/types.def"
};
inline constexpr auto type_names = std::to_array<std::string_view>({
#define TYPE(type, name, ...) name,
#include "plan/types.def"
});
inline constexpr auto type_meanings = std::to_array<std::string_view>({
#define TYPE(type, name, effect, traits, meaning, ...) meaning,
#include "plan/types.def"
});

/// What else holds for a type: bits. types.def says what each means.
namespace trait {
inline constexpr unsigned none = 0, own = 1, some = 2, follows = 4, planned = 8, waits = 16;
inline constexpr auto of_types = std::to_array<unsigned>({
#define TYPE(type, name, effect, traits, ...) traits,
#include "plan/types.def"
});
} // namespace trait

[[nodiscard]] constexpr bool has(Type type, unsigned trait) noexcept
{
    return (trait::of_types[static_cast<std::size_t>(type)] & trait) != 0;
}

enum class Selector : std::uint8_t {
#define SELECTOR(key, ...) key,
#include "plan/selectors.def"
};
inline constexpr auto selector_names = std::to_array<std::string_view>({
#define SELECTOR(key, ...) #key,
#include "plan/selectors.def"
});
[[nodiscard]] constexpr std::uint32_t bit_of(Selector selector) noexcept
{
    return 1U << static_cast<unsigned>(selector);
}

enum class Arm : std::uint8_t { load, main, after, file };

#define FAULTLINE_MODE_NAMES(_) _(bitflip) _(random) _(zero) _(increment) _(reverse) _(swap) _(truncate)
FAULTLINE_WORDS(Mode, mode_names, FAULTLINE_MODE_NAMES)
#undef FAULTLINE_MODE_NAMES

/// Whose matches `on` counts, and whose bytes `budget`; or that it counts all calls that the thread makes of the function.
#define FAULTLINE_COUNT_NAMES(_) _(process) _(thread) _(call) _(fd) _(site) _(run)
FAULTLINE_WORDS(Count, count_names, FAULTLINE_COUNT_NAMES)
#undef FAULTLINE_COUNT_NAMES

/// What stays struck once a fault has fired.
#define FAULTLINE_STICKY_NAMES(_) _(no) _(fault) _(fd) _(site)
FAULTLINE_WORDS(Sticky, sticky_names, FAULTLINE_STICKY_NAMES)
#undef FAULTLINE_STICKY_NAMES

/// When a `crash` comes: before the call, after it, or with half of a write done.
#define FAULTLINE_MOMENT_NAMES(_) _(before) _(after) _(torn)
FAULTLINE_WORDS(Moment, moment_names, FAULTLINE_MOMENT_NAMES)
#undef FAULTLINE_MOMENT_NAMES

/// What a file system does after a sync that failed: it takes the data for written, and keeps it in memory; or it says so only
/// at the next sync; or memory holds again what the disk has.
#define FAULTLINE_AFTER_FAILURE_NAMES(_) _(nothing) _(keep) _(late) _(revert)
FAULTLINE_WORDS(AfterFailure, after_failure_names, FAULTLINE_AFTER_FAILURE_NAMES)
#undef FAULTLINE_AFTER_FAILURE_NAMES

/// What a descriptor leads to.
#define FAULTLINE_KIND_NAMES(_) _(file) _(directory) _(socket) _(pipe) _(tty) _(other) _(stream) _(datagram)
FAULTLINE_WORDS(Kind, kind_names, FAULTLINE_KIND_NAMES)
#undef FAULTLINE_KIND_NAMES
inline constexpr std::uint32_t every_kind = (1U << static_cast<unsigned>(Kind::stream)) - 1; // the rest are sockets too

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

/// Which code a call comes from: a module's file name and, if not empty, a function's symbol.
struct CallerGlob {
    Text module, function;
    std::uint32_t negated = 0;
};

/// One remote address of a `peer` selector.
struct Peer {
    enum class Host : std::uint8_t { any, ipv4, ipv6, name, unix_path };
    Host host = Host::any;
    std::uint8_t prefix = 0; // bits of `address` that count
    std::uint8_t negated = 0;
    std::uint8_t name = 0; // index into Plan::host_names
    std::uint16_t port_first = 0, port_last = 0xffff;
    std::uint8_t address[16] = {};
    Text pattern; // of unix_path
};

/// What a descriptor has to be like: one of the three.
struct DescriptorSet {
    Slice<Glob> paths;
    Slice<Peer> peers;
    std::uint32_t kinds = 0; // a bit for each Kind
};

/// What is to be told of a file or a file system in place of what is so.
struct AttributeValue {
    std::uint16_t row = 0;      // the first of the attribute's name in calls::attributes
    std::uint16_t relative = 0; // 1: a time that is moved, by `number` nanoseconds
    std::int64_t number = 0;
};

/// A test on one of a call's flag arguments: (argument & mask) == value, or not.
struct FlagTest {
    calls::Flags::Kind kind = calls::Flags::Kind::none;
    std::uint8_t negated = 0;
    std::uint32_t mask = 0;
    std::uint32_t value = 0;
};

/// Two-state loss: the chance that a run of faults begins at a match, and that it ends.
struct Burst {
    Chance enter = 0; // 0: not given
    Chance leave = 0;
};

struct Fault {
#define MEMBER(type, name, ...) type name __VA_OPT__(= __VA_ARGS__);
#define LIST(type, name) Slice<type> name;
#define INDEX(pool, name) std::uint16_t name = no_index;
#include "plan/fault.def"

    [[nodiscard]] bool has(Selector selector) const noexcept { return (selectors & bit_of(selector)) != 0; }
    [[nodiscard]] bool selects_size() const noexcept { return size_least != 0 || size_most != unlimited; }
    [[nodiscard]] bool has_budget() const noexcept { return budget != unlimited; }
};

/// The type's name, as plans and statistics have it.
[[nodiscard]] constexpr std::string_view type_name(const Fault& fault) noexcept
{
    return fault.throws ? "exception" : type_names[static_cast<std::size_t>(fault.type)];
}

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
    bool follows_descriptors = false; // some fault wants to know what a descriptor is
    bool names_hosts = false;         // … or which addresses a host's name has
    bool names_threads = false;       // … or a thread's name
    bool moves_clock = false;         // some fault is of type clock
    bool shuffles = false;            // … of type shuffle
    bool counts_run = false;          // … counts over the whole tree of processes
    bool traces = false;              // every call that can fail is noted with its site (ledger/trace_layout.hpp)
    bool leaves_ledger = false;       // the ledger stays as the record, and is not rendered
    bool keeps_empty = false;         // a process that matched nothing leaves a record too
    std::uint64_t seed = 0;
    std::uint64_t arm_after = 0; // ns after main
    std::uint64_t max_events = 100000;
    Text arm_file;
    Text source;          // absolute path of the TOML file
    Text stats_file;      // as written, with its % letters; empty: not named
    Slice<Text> programs; // globs; empty: every program
    Slice<Fault> faults;
    Slice<Function> functions;
    Slice<std::uint16_t> function_of_row; // row of the table → index into functions, or no_index; of own functions
                                          // each is its own row
    Slice<DescriptorSet> descriptor_sets;
    Slice<Slice<CallerGlob>> caller_sets;
    Slice<Slice<Glob>> thread_sets;
    Slice<Text> host_names; // globs

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

// The engine keeps a bit for each of these beside a descriptor, a call's return address, a thread, a known address.
inline constexpr std::size_t most_descriptor_sets = 46;
inline constexpr std::size_t most_caller_sets = 16;
inline constexpr std::size_t most_thread_sets = 32;
inline constexpr std::size_t most_host_names = 32;
/// Faults with a budget that name the same function.
inline constexpr std::size_t most_budgets = 3;
inline constexpr std::size_t most_faults = 1000;

} // namespace faultline::plan
