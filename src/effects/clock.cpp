#include "effects/clock.hpp"

#include "sys/syscalls.hpp"

#include <atomic>
#include <dlfcn.h>
#include <gnu/libc-version.h>
#include <sys/time.h>
#include <sys/times.h>

namespace faultline::effects {
namespace {

using calls::Tells;
using sys::second;
constexpr std::int64_t tick = second / 100; // times() counts in hundredths of a second on every Linux

/// Whether the next library's clock is not libc's own. Found out when a call first asks, because few plans move clocks.
bool clock_is_foreign() noexcept
{
    enum class Answer : std::uint8_t { unknown, no, yes };
    static constinit std::atomic<Answer> answer{Answer::unknown};
    if (answer.load(std::memory_order_relaxed) == Answer::unknown) {
        dl_find_object next{}; // dladdr would look through all symbols of libc
        dl_find_object own{};
        const bool is_foreign = _dl_find_object(libc_function(calls::id_clock_gettime), &next) == 0 &&
                                _dl_find_object(reinterpret_cast<void*>(&gnu_get_libc_version), &own) == 0 &&
                                next.dlfo_link_map != own.dlfo_link_map;
        answer.store(is_foreign ? Answer::yes : Answer::no, std::memory_order_relaxed);
    }
    return answer.load(std::memory_order_relaxed) == Answer::yes;
}

/// What a call tells.
struct Reading {
    Clock clock;
    clockid_t id;
    std::int64_t ns; // what the next library said
};

/// The latest that was told of each clock that never goes back, by its id; of times(), which has none, in the last.
constexpr std::size_t slot_of_ticks = 15;
constinit std::atomic<std::int64_t> latest[slot_of_ticks + 1]{};

std::int64_t never_back(const Reading& reading, std::int64_t ns) noexcept
{
    if (!never_goes_back(reading.clock)) return ns;
    auto& last = latest[reading.clock == Clock::ticks ? slot_of_ticks : static_cast<std::size_t>(reading.id)];
    auto before = last.load(std::memory_order_relaxed);
    while (before < ns && !last.compare_exchange_weak(before, ns, std::memory_order_relaxed)) {
    }
    return before < ns ? ns : before;
}

/// Room for what the real call tells. The program's own may be read by another thread, so nothing else passes there.
union Room {
    timespec time;
    timeval micro;
};

/// Makes the real call, with `room` in the place of the program's memory. Neither is a point where a thread is
/// cancelled.
Word ask(calls::Id row, const Word* words, Room& room) noexcept
{
    const auto as_word = [](int status) { return static_cast<Word>(static_cast<std::int64_t>(status)); };
    switch (calls::table[row].tells) {
    case Tells::timespec_of_clock:
        return as_word(libc<int(clockid_t, timespec*)>(row)(static_cast<clockid_t>(words[0]),
                                                            words[1] == 0 ? nullptr : &room.time));
    case Tells::timespec:
        return as_word(
            libc<int(timespec*, int)>(row)(words[0] == 0 ? nullptr : &room.time, static_cast<int>(words[1])));
    case Tells::timeval:
        return as_word(libc<int(timeval*, Word)>(row)(words[0] == 0 ? nullptr : &room.micro, words[1]));
    default: // the result; times() fills in processor times, which no fault moves
        return libc<Word(Word)>(row)(calls::table[row].tells == Tells::ticks ? words[0] : 0);
    }
}

Reading reading_of(calls::Id row, const Word* words, const Room& room, Word result) noexcept
{
    switch (calls::table[row].tells) {
    case Tells::timespec_of_clock: {
        const auto id = static_cast<clockid_t>(words[0]);
        return {words[1] == 0 ? Clock::other : clock_of(id), id, in_ns(room.time)};
    }
    case Tells::timespec:
        return {static_cast<int>(words[1]) == TIME_UTC ? Clock::wall : Clock::other, CLOCK_REALTIME, in_ns(room.time)};
    case Tells::timeval:
        return {words[0] == 0 ? Clock::other : Clock::wall, CLOCK_REALTIME,
                room.micro.tv_sec * second + room.micro.tv_usec * 1000};
    case Tells::ticks:
        return {Clock::ticks, CLOCK_MONOTONIC, static_cast<std::int64_t>(result) * tick};
    default: // time() is as coarse as this clock
        return {Clock::wall, CLOCK_REALTIME_COARSE, static_cast<std::int64_t>(result) * second};
    }
}

/// Writes a time where the program looks for it, and returns the call's result.
Word put(calls::Id row, const Word* words, Word result, std::int64_t ns) noexcept
{
    if (ns < 0) ns = 0; // before 1970: no program expects a time there
    switch (calls::table[row].tells) {
    case Tells::timespec_of_clock:
        *reinterpret_cast<timespec*>(words[1]) = {ns / second, ns % second};
        return result;
    case Tells::timespec:
        *reinterpret_cast<timespec*>(words[0]) = {ns / second, ns % second};
        return result;
    case Tells::timeval:
        *reinterpret_cast<timeval*>(words[0]) = {ns / second, ns % second / 1000};
        return result;
    case Tells::ticks:
        return static_cast<Word>(ns / tick);
    default:
        if (auto* const seconds = reinterpret_cast<time_t*>(words[0])) *seconds = ns / second;
        return static_cast<Word>(ns / second);
    }
}

/// Hands on what the real call told.
void hand_on(calls::Id row, const Word* words, const Room& room) noexcept
{
    const auto tells = calls::table[row].tells;
    if (tells == Tells::timeval) {
        if (words[0] != 0) *reinterpret_cast<timeval*>(words[0]) = room.micro;
        return;
    }
    const auto to = words[tells == Tells::timespec ? 0 : 1];
    if (to != 0) *reinterpret_cast<timespec*>(to) = room.time;
}

} // namespace

std::int64_t foreign_shift(clockid_t id) noexcept
{
    timespec theirs{};
    if (!clock_is_foreign() || libc<int(clockid_t, timespec*)>(calls::id_clock_gettime)(id, &theirs) != 0) return 0;
    return in_ns(theirs) - sys::now(id);
}

Word told_rightly(calls::Id row, const Word* words, Word result) noexcept
{
    const auto& spec = calls::table[row];
    if (spec.tells != Tells::timespec && !succeeded(spec, result)) return result;
    if (spec.tells == Tells::timespec && result == 0) return result;
    Room room{};
    if (spec.tells == Tells::timespec_of_clock && words[1] != 0)
        room.time = *reinterpret_cast<const timespec*>(words[1]);
    const auto reading = reading_of(row, words, room, result);
    if (reading.clock == Clock::other) return result;
    // A fault that is not in its window does not strike, and its clock goes right: it is still the one that tells.
    if (const auto known = known_course(reading.clock); known.until == 0 || known.holds(sys::now(reading.id)))
        note_teller(reading.clock, nullptr);
    const auto told = never_back(reading, reading.ns);
    return told == reading.ns ? result : put(row, words, result, told);
}

Word tell(const Invocation& invocation)
{
    const auto row = invocation.call.row;
    const auto& spec = spec_of(invocation.call);
    const Word* const words = invocation.words;
    Room room{};
    const Word result = ask(row, words, room);
    if (spec.tells == Tells::timespec ? result == 0 : !succeeded(spec, result)) return result;
    const auto reading = reading_of(row, words, room, result);
    auto* const event = invocation.verdict.event;
    if (event != nullptr) event->did |= ledger::did_shift;
    if (reading.clock == Clock::other) {
        hand_on(row, words, room);
        return result;
    }
    const auto& fault = *invocation.verdict.fault;
    const auto real = sys::now(reading.id);
    const auto course = course_of(fault, reading.clock);
    // It has struck, so it is in its window, though a coarse clock may not have come as far.
    const auto within = real < course.from ? course.from : real < course.until ? real : course.until - 1;
    const auto shift = course.told(within) - within;
    // Where the clock is libc's, its reading and ours are of the same clock, and ours is as fine as the kernel tells.
    const bool builds_on_theirs = clock_is_foreign() || reading.clock == Clock::ticks;
    const auto told = never_back(reading, (builds_on_theirs ? reading.ns : real) + shift);
    note_teller(reading.clock, &fault);
    if (event != nullptr) event->returned = shift;
    return put(row, words, result, told);
}

} // namespace faultline::effects
