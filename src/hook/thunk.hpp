// The typed end of a hook: makes the real call of a row from its arguments as words. One instance for each row.
//
// Nothing here is noexcept or has a destructor across the real call, so that thread cancellation and the host's own
// exceptions pass through.
#pragma once

#include "effects/clock.hpp"
#include "effects/effects.hpp"
#include "effects/timing.hpp"
#include "hook/process.hpp"
#include "hook/track.hpp"

#include <type_traits>
#include <utility>

namespace faultline::hook {

using Thunk = Word (*)(Word* words);

template <class T>
constexpr Word to_word(T value) noexcept
{
    if constexpr (std::is_pointer_v<T>)
        return reinterpret_cast<Word>(value);
    else if constexpr (std::is_signed_v<T>)
        return static_cast<Word>(static_cast<std::int64_t>(value));
    else
        return static_cast<Word>(value);
}

template <class T>
constexpr T from_word(Word word) noexcept
{
    if constexpr (std::is_pointer_v<T>)
        return reinterpret_cast<T>(word);
    else
        return static_cast<T>(word);
}

/// Whether every argument position of a row exists in a signature of `count` arguments.
constexpr bool fits(const calls::Spec& spec, int count)
{
    for (const auto position : {spec.fd,
                                spec.block,
                                spec.stream,
                                spec.dir,
                                spec.dirfd,
                                spec.path,
                                spec.path2,
                                spec.address,
                                spec.flags.argument,
                                spec.protection,
                                spec.size.factor,
                                spec.size.other,
                                spec.out.buffer,
                                spec.out.length,
                                spec.out.count,
                                spec.in.buffer,
                                spec.in.length,
                                spec.in.count,
                                spec.reports.where,
                                spec.waits.argument,
                                spec.lasts.argument,
                                spec.lasts.rest})
        if (position >= count) return false;
    return true;
}

/// How many words the gate lays out: on x86-64 six registers and two from the stack, on aarch64 eight registers.
inline constexpr int most_words = 8;

template <class Signature, calls::Id id>
struct Typed;

template <class R, class... Arguments, calls::Id id>
struct Typed<R(Arguments...) noexcept, id> : Typed<R(Arguments...), id> {};

template <class R, class... Arguments, calls::Id id>
struct Typed<R(Arguments...), id> {
    static constexpr const calls::Spec& spec = calls::table[id];
    static_assert(fits(spec, sizeof...(Arguments)), "the row names an argument that its function does not have");
    static_assert(sizeof...(Arguments) <= most_words, "more arguments than the gate lays out");
    static_assert(((std::is_pointer_v<Arguments> || std::is_integral_v<Arguments> || std::is_enum_v<Arguments>)&&...),
                  "an argument that does not travel as one machine word");

    /// Makes the real call, and tells the engine what it has to learn from it.
    static Word perform(Word* words)
    {
        if constexpr (has_door(spec.tracks)) {
            return door(id, words);
        } else if constexpr (spec.tracks == calls::Tracks::lists) {
            Word served = 0;
            if (listing_serves(id, words, served)) return served;
            return call_real(words, std::index_sequence_for<Arguments...>{});
        } else if constexpr (calls::time_of(spec).form != calls::Lasts::Form::none) {
            static_assert(spec.tracks == calls::Tracks::nothing, "a row that takes a time is tracked for nothing else");
            if (!clock_is_moved()) return call_real(words, std::index_sequence_for<Arguments...>{});
            if constexpr (id == calls::id_sleep || id == calls::id_alarm || id == calls::id_ualarm)
                if (Word served = 0; effects::serve_sleep(id, words, served)) return served;
            effects::Reckoning reckoning;
            effects::reckon(id, words, reckoning);
            const Word word = call_real(words, std::index_sequence_for<Arguments...>{});
            effects::settle_times(id, words, reckoning, word);
            return word;
        } else if constexpr (spec.tracks == calls::Tracks::times) {
            const Word word = call_real(words, std::index_sequence_for<Arguments...>{});
            return clock_is_moved() ? effects::told_rightly(id, words, word) : word;
        } else if constexpr (spec.tracks != calls::Tracks::nothing) {
            before(id, words);
            const Word word = call_real(words, std::index_sequence_for<Arguments...>{});
            after(id, words, word);
            return word;
        } else {
            return call_real(words, std::index_sequence_for<Arguments...>{});
        }
    }

private:
    template <std::size_t... position>
    static Word call_real([[maybe_unused]] Word* words, std::index_sequence<position...>)
    {
        auto* const function = reinterpret_cast<R (*)(Arguments...)>(reals[id]); // an armed row is resolved
        if constexpr (std::is_void_v<R>) {
            function(from_word<Arguments>(words[position])...);
            return 0;
        } else {
            return to_word(function(from_word<Arguments>(words[position])...));
        }
    }
};

/// Asks the engine about a call, and makes it or lets the fault have it. For entries that are not the gate's.
Word strike_or_perform(const engine::Call& call, Word* words);

} // namespace faultline::hook
