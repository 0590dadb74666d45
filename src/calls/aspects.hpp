// What a row of the table can say of a function, one type for each aspect: how it fails, where its data lies, how it waits,
// what it opens and closes.
#pragma once

#include "calls/label.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace faultline::calls {

enum class Family : std::uint8_t { io, file, stdio, net, memory, process, thread, time, random };
inline constexpr std::array<std::string_view, 9> family_names{"io",      "file",   "stdio", "net",   "memory",
                                                              "process", "thread", "time",  "random"};

/// The position of an argument, counted from 0.
using Argument = std::int8_t;
inline constexpr Argument absent = -1;
inline constexpr Argument result = -2;     // the call's own result, once it has returned
inline constexpr Argument to_stdout = -3;  // as a stream: stdout
inline constexpr Argument from_stdin = -4; // as a stream: stdin

/// A set of error numbers: errno values (positive) or getaddrinfo's EAI_ codes (negative).
struct Errors {
    std::array<std::int16_t, 28> codes{};
    std::uint8_t count = 0;

    [[nodiscard]] constexpr const std::int16_t* begin() const noexcept { return codes.data(); }
    [[nodiscard]] constexpr const std::int16_t* end() const noexcept { return codes.data() + count; }
    [[nodiscard]] constexpr bool contains(int code) const noexcept
    {
        for (auto known : *this)
            if (known == code) return true;
        return false;
    }
    constexpr bool operator==(const Errors& other) const noexcept
    {
        if (count != other.count) return false;
        for (std::size_t i = 0; i < count; ++i)
            if (codes[i] != other.codes[i]) return false;
        return true;
    }
};

template <class... Codes>
consteval Errors errors(Codes... codes)
{
    return {{static_cast<std::int16_t>(codes)...}, sizeof...(Codes)};
}

/// How a call says that it failed, and the errors that its environment may cause.
struct Failure {
    enum class Returns : std::uint8_t {
        nothing,   // it cannot say so
        minus_one, // -1, EOF, MAP_FAILED or SIG_ERR, with errno set
        null,      // a null pointer, with errno set
        zero,      // a count of 0, with errno set
        code,      // the error number itself; errno is not touched
        gai_code,  // an EAI_ code; errno only together with EAI_SYSTEM
    };
    Returns returns = Returns::nothing;
    Errors errors;
};

template <class... Codes>
consteval Failure minus_one(Codes... codes)
{
    return {Failure::Returns::minus_one, errors(codes...)};
}
template <class... Codes>
consteval Failure null(Codes... codes)
{
    return {Failure::Returns::null, errors(codes...)};
}
template <class... Codes>
consteval Failure zero(Codes... codes)
{
    return {Failure::Returns::zero, errors(codes...)};
}
template <class... Codes>
consteval Failure code(Codes... codes)
{
    return {Failure::Returns::code, errors(codes...)};
}
template <class... Codes>
consteval Failure gai_code(Codes... codes)
{
    return {Failure::Returns::gai_code, errors(codes...)};
}

/// Where the bytes lie that a call brings in (.out) or carries away (.in).
struct Data {
    enum class Shape : std::uint8_t {
        none,
        bytes,     // buffer, and a length in bytes: an argument, or the result
        items,     // buffer, the size of an item, the number of items; the result counts items
        text,      // a string that ends with a NUL
        line,      // a char** that the call points at the line it read; the result is its length
        vector,    // a struct iovec array and its length; the result counts bytes
        message,   // a struct msghdr; the result counts bytes
        byte,      // one character: passed in, or the result itself
        formatted, // made or taken apart inside the call (printf, scanf): it can fail, but not be damaged or cut
        messages,  // an array of struct mmsghdr and its length; the result counts messages
        fresh, // memory just allocated: the result, or what `buffer` points at; no program may rely on what is in it
        completed, // the buffer of a struct aiocb, if it was a read that ended; the result counts bytes
        unseen, // moved by the kernel (sendfile): it can be cut and paced, but not be damaged; the result counts bytes
    };
    Shape shape = Shape::none;
    Argument buffer = absent;
    Argument length = absent; // of bytes; the size of an item; the number of iovecs
    Argument count = absent;  // the number of items
    constexpr bool operator==(const Data&) const = default;
};

constexpr Data bytes(Argument buffer, Argument length) { return {Data::Shape::bytes, buffer, length, absent}; }
constexpr Data items(Argument buffer, Argument size, Argument count)
{
    return {Data::Shape::items, buffer, size, count};
}
constexpr Data text(Argument buffer) { return {Data::Shape::text, buffer, absent, absent}; }
constexpr Data line(Argument pointer) { return {Data::Shape::line, pointer, absent, absent}; }
constexpr Data vector(Argument iov, Argument count) { return {Data::Shape::vector, iov, count, absent}; }
constexpr Data message(Argument header) { return {Data::Shape::message, header, absent, absent}; }
constexpr Data formatted() { return {Data::Shape::formatted, absent, absent, absent}; }
constexpr Data byte(Argument value) { return {Data::Shape::byte, value, absent, absent}; }
constexpr Data messages(Argument array, Argument count) { return {Data::Shape::messages, array, count, absent}; }
/// `old`: the block that the new one continues, whose bytes it keeps.
constexpr Data fresh(Argument where, Argument old = absent) { return {Data::Shape::fresh, where, old, absent}; }
constexpr Data completed(Argument block) { return {Data::Shape::completed, block, absent, absent}; }
constexpr Data unseen() { return {Data::Shape::unseen, absent, absent, absent}; }

/// The bytes a call asks for: one argument, or the product of two (calloc, fread).
struct Size {
    Argument factor = absent;
    Argument other = absent;
    constexpr Size() = default;
    constexpr Size(int argument) : factor(static_cast<Argument>(argument)) {}
    constexpr Size(int argument, int times)
        : factor(static_cast<Argument>(argument)), other(static_cast<Argument>(times))
    {}
    constexpr bool operator==(const Size&) const = default;
};

/// An argument made of named bits, and which family of names.
struct Flags {
    enum class Kind : std::uint8_t { none, open, protection, map, message, at, socket };
    Kind kind = Kind::none;
    Argument argument = absent;
    constexpr bool operator==(const Flags&) const = default;
};
constexpr Flags open_flags(Argument argument) { return {Flags::Kind::open, argument}; }
constexpr Flags map_flags(Argument argument) { return {Flags::Kind::map, argument}; }
constexpr Flags message_flags(Argument argument) { return {Flags::Kind::message, argument}; }
constexpr Flags at_flags(Argument argument) { return {Flags::Kind::at, argument}; }
constexpr Flags socket_flags(Argument argument) { return {Flags::Kind::socket, argument}; }

/// How a call tells the time, for faults that move clocks.
enum class Tells : std::uint8_t {
    nothing,
    timespec_of_clock, // clock id in argument 0, struct timespec* in 1
    timespec,          // struct timespec* in argument 0: the wall clock
    timeval,           // struct timeval* in argument 0: the wall clock
    seconds,           // the result, and time_t* in argument 0: the wall clock
    ticks,             // the result: hundredths of a second since some moment
};

/// What a call tells of a file or a file system, in a structure that it fills (calls/attributes.hpp).
struct Reports {
    enum class What : std::uint8_t { nothing, stat, statx, statfs, statvfs };
    What what = What::nothing;
    Argument where = absent; // the structure
    constexpr bool operator==(const Reports&) const = default;
};
constexpr Reports stat_in(Argument where) { return {Reports::What::stat, where}; }
constexpr Reports statx_in(Argument where) { return {Reports::What::statx, where}; }
constexpr Reports statfs_in(Argument where) { return {Reports::What::statfs, where}; }
constexpr Reports statvfs_in(Argument where) { return {Reports::What::statvfs, where}; }

/// How a call that may wait learns for how long, and what it reports when that time is over.
struct Wait {
    enum class Limit : std::uint8_t {
        none,         // the call has no way to time out
        milliseconds, // an int argument; negative: for ever
        timespec,     // a struct timespec*; null: for ever
        timeval,      // a struct timeval*; null: for ever
        deadline,     // an absolute struct timespec* on CLOCK_REALTIME
        clock,        // the same on the clock that the argument before it names
        condition,    // the same on the clock that the condition in argument 0 was made for
        receive,      // the descriptor's SO_RCVTIMEO
        send,         // the descriptor's SO_SNDTIMEO
        kernel,       // decided by the system alone (connect)
    };
    /// What the call leaves behind in its first arguments when the time is over.
    enum class Leaves : std::uint8_t {
        nothing,
        no_pollfds, // struct pollfd[0], count in 1: no revents
        no_fd_sets, // fd_set 1, 2, 3, number of descriptors in 0: all clear
        mutex,      // condition 0, mutex 1: the mutex was free meanwhile, and is held again
    };
    Limit limit = Limit::none;
    Argument argument = absent;
    std::int16_t error = 0; // what a timeout is reported as; 0: the call returns 0
    Leaves leaves = Leaves::nothing;
    constexpr bool operator==(const Wait&) const = default;
};

/// A time that a call takes from its caller, and one that it gives back, where `waits` does not tell: for faults that
/// move clocks.
struct Lasts {
    enum class Form : std::uint8_t {
        none,
        seconds,
        microseconds,
        milliseconds,
        timespec,
        timeval,
        itimerval,
        itimerspec
    };
    enum class By : std::uint8_t {
        span,      // a length of time
        wall,      // a moment of CLOCK_REALTIME
        clock,     // a moment of the clock that the argument before it names
        condition, // a moment of the clock that the condition in argument 0 was made for
        sleep,     // with TIMER_ABSTIME in argument 1 a moment of the clock in argument 0; else a span of it
        timer,     // the same of the clock that the timer in argument 0 was made for
        timerfd,   // the same of the clock that the timer behind the descriptor in argument 0 was made for
        itimer,    // a span, if argument 0 is ITIMER_REAL; the others measure processor time
    };
    Form form = Form::none;
    Argument argument = absent; // what it takes
    Argument rest = absent;     // where it says what is left
    By by = By::span;
    constexpr bool operator==(const Lasts&) const = default;
};

/// What a call does to descriptors, threads and processes that the engine has to know of, fault or no fault.
enum class Tracks : std::uint8_t {
    nothing,
    opens,      // its result is a new descriptor, stream or directory
    pair,       // argument `tracked` is an int[2] of new descriptors
    duplicates, // its result is a copy of the descriptor argument
    closes,     // its descriptor, stream or directory is gone after
    closes_all, // descriptors argument 0 and above (up to argument 1) are gone after
    threads,    // starts a thread
    executes,   // replaces the process image
    spawns,     // starts another program and stays
    exits,      // ends the process without the exit handlers
    starts,     // calls main
    seals,      // may take system calls away from the process (seccomp)
    connects,   // gives its descriptor a peer
    resolves,   // tells the addresses of a host's name
    names,      // gives a thread a name
    lists,      // reads a directory, or moves about in it
    times,      // tells the time: see `tells`
    loads,      // brings a module's code in
    unloads,    // takes a module's code away
    timers,     // makes a timer, or ends one
};

} // namespace faultline::calls
