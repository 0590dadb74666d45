// The typed middle between an exported symbol and the engine: one instance for each row of the table.
//
// The symbol itself is a jump through a slot (symbols.cpp); only where a plan arms the row does the slot lead here. A hook is
// not noexcept and holds nothing with a destructor across the real call, so that thread cancellation and the host's own
// exceptions pass through it.
#pragma once

#include "effects/effects.hpp"
#include "hook/process.hpp"
#include "hook/track.hpp"

#include <type_traits>
#include <utility>

namespace faultline::hook {

template <class T>
constexpr Word to_word(T value) noexcept
{
    if constexpr (std::is_pointer_v<T>) return reinterpret_cast<Word>(value);
    else if constexpr (std::is_signed_v<T>) return static_cast<Word>(static_cast<std::int64_t>(value));
    else return static_cast<Word>(value);
}

template <class T>
constexpr T from_word(Word word) noexcept
{
    if constexpr (std::is_pointer_v<T>) return reinterpret_cast<T>(word);
    else return static_cast<T>(word);
}

/// Whether every argument position of a row exists in a signature of `count` arguments.
constexpr bool fits(const calls::Spec& spec, int count)
{
    for (const auto position : {spec.fd, spec.stream, spec.dir, spec.dirfd, spec.path, spec.path2, spec.flags,
                                spec.size.factor, spec.size.other, spec.out.buffer, spec.out.length, spec.out.count,
                                spec.in.buffer, spec.in.length, spec.in.count, spec.waits.argument})
        if (position >= count) return false;
    return true;
}

template <class Signature, calls::Id id>
struct Hook;

template <class R, class... Arguments, calls::Id id>
struct Hook<R(Arguments...) noexcept, id> : Hook<R(Arguments...), id> {};

template <class R, class... Arguments, calls::Id id>
struct Hook<R(Arguments...), id> {
    static constexpr const calls::Spec& spec = calls::table[id];
    static_assert(fits(spec, sizeof...(Arguments)), "the row names an argument that its function does not have");
    static_assert(((std::is_pointer_v<Arguments> || std::is_integral_v<Arguments> || std::is_enum_v<Arguments>) && ...),
                  "an argument that does not travel as one machine word");

    /// Where the slot of an armed row leads.
    static R entry(Arguments... arguments)
    {
        Word words[] = {to_word(arguments)..., 0};
        const engine::Call call{id, words, __builtin_return_address(0)};
        engine::Verdict verdict;
        if (strikes(call, verdict)) [[unlikely]] return result(effects::strike({call, verdict, words, &perform}));
        if constexpr (spec.tracks == calls::Tracks::nothing) return own_real()(arguments...);
        else return result(perform(words));
    }

private:
    /// An armed row was resolved when it was armed.
    static auto own_real() { return reinterpret_cast<R (*)(Arguments...)>(reals[id]); }

    static R result(Word word)
    {
        if constexpr (!std::is_void_v<R>) return from_word<R>(word);
    }

    /// The real call, and what the engine has to learn from it.
    static Word perform(Word* words)
    {
        if constexpr (has_door(spec.tracks)) {
            return door(id, words);
        } else {
            if constexpr (spec.tracks != calls::Tracks::nothing) before(id, words);
            const Word word = call_real(words, std::index_sequence_for<Arguments...>{});
            if constexpr (spec.tracks != calls::Tracks::nothing) after(id, words, word);
            return word;
        }
    }

    template <std::size_t... position>
    static Word call_real([[maybe_unused]] Word* words, std::index_sequence<position...>)
    {
        auto* const function = own_real();
        if constexpr (std::is_void_v<R>) {
            function(from_word<Arguments>(words[position])...);
            return 0;
        } else {
            return to_word(function(from_word<Arguments>(words[position])...));
        }
    }
};

} // namespace faultline::hook
