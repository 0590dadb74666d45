// Hooks of variadic functions. They cannot be forwarded argument by argument, so they go on to a twin that takes the
// rest as one: vfprintf for fprintf, execv for execl.
#pragma once

#include "hook/thunk.hpp"

#include <cstdarg>

namespace faultline::hook {

/// printf and its kin: `Signature` has the named arguments, and the twin takes one va_list more.
template <class Signature, calls::Id id, calls::Id twin>
struct Formatted;

template <class R, class... Named, calls::Id id, calls::Id twin>
struct Formatted<R(Named...), id, twin> {
    static_assert(fits(calls::table[id], sizeof...(Named)),
                  "the row names an argument that its function does not have");

    // va_start wants the last parameter by its name, which a pack does not have.
    template <class A>
    static R entry_1(A a, ...)
    {
        va_list rest;
        va_start(rest, a);
        Word words[] = {to_word(a), list(rest)};
        const R result = from_word<R>(strike_or_perform({id, words, __builtin_return_address(0)}, words));
        va_end(rest);
        return result;
    }
    template <class A, class B>
    static R entry_2(A a, B b, ...)
    {
        va_list rest;
        va_start(rest, b);
        Word words[] = {to_word(a), to_word(b), list(rest)};
        const R result = from_word<R>(strike_or_perform({id, words, __builtin_return_address(0)}, words));
        va_end(rest);
        return result;
    }
    template <class A, class B, class C>
    static R entry_3(A a, B b, C c, ...)
    {
        va_list rest;
        va_start(rest, c);
        Word words[] = {to_word(a), to_word(b), to_word(c), list(rest)};
        const R result = from_word<R>(strike_or_perform({id, words, __builtin_return_address(0)}, words));
        va_end(rest);
        return result;
    }
    static constexpr auto pick()
    {
        if constexpr (sizeof...(Named) == 1)
            return &entry_1<Named...>;
        else if constexpr (sizeof...(Named) == 2)
            return &entry_2<Named...>;
        else
            return &entry_3<Named...>;
    }
    static constexpr auto entry = pick();

    static Word perform(Word* words) { return call_twin(words, std::index_sequence_for<Named...>{}); }

private:
    /// A va_list as an argument: it decays to a pointer on x86-64 and goes by reference on aarch64.
    static Word list(va_list& rest) noexcept { return reinterpret_cast<Word>(&rest); }

    template <std::size_t... position>
    static Word call_twin(Word* words, std::index_sequence<position...>)
    {
        return to_word(real<R(Named..., void*)>(twin)(from_word<Named>(words[position])...,
                                                      reinterpret_cast<void*>(words[sizeof...(Named)])));
    }
};

/// execl and its kin: a path, then arguments up to a null pointer, then, for execle, the environment.
template <calls::Id id, calls::Id twin>
struct Listed {
    static int entry(const char* path, const char* first, ...)
    {
        va_list rest;
        va_start(rest, first);
        std::size_t count = first == nullptr ? 0 : 1;
        if (first != nullptr)
            while (va_arg(rest, const char*) != nullptr)
                ++count;
        char** const environment = twin == calls::id_execve ? va_arg(rest, char**) : nullptr;
        va_end(rest);

        auto** const arguments = static_cast<const char**>(__builtin_alloca((count + 1) * sizeof(char*)));
        arguments[0] = first;
        va_start(rest, first);
        for (std::size_t i = 1; i <= count; ++i)
            arguments[i] = va_arg(rest, const char*);
        va_end(rest);

        Word words[] = {to_word(path), to_word(arguments), to_word(environment)};
        return from_word<int>(strike_or_perform({id, words, __builtin_return_address(0)}, words));
    }

    static Word perform(Word* words) { return door(twin, words); }
};

} // namespace faultline::hook
