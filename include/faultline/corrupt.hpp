// Damages a value by what it is: a bool is flipped, a number negated, a string reversed; of optionals, containers,
// maps, pairs, tuples, variants and structs that were made known, each part. What it does not know stays as it is, and
// the compiler says so.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

/// Makes a struct known by its fields, in the namespace of the struct:
///     struct Order { int id; std::string item; };
///     FAULTLINE_FIELDS(Order, id, item)
#define FAULTLINE_FIELDS(Type, ...)                                                                                    \
    [[maybe_unused]] inline auto faultline_fields(Type& faultline_value)                                               \
    {                                                                                                                  \
        return ::std::tie(FAULTLINE_EACH(faultline_value, __VA_ARGS__));                                               \
    }
#define FAULTLINE_EACH(value, ...) FAULTLINE_AGAIN(FAULTLINE_FIELD(value, __VA_ARGS__))
#define FAULTLINE_FIELD(value, first, ...)                                                                             \
    value.first __VA_OPT__(, FAULTLINE_NEXT FAULTLINE_PARENTHESES(value, __VA_ARGS__))
#define FAULTLINE_NEXT() FAULTLINE_FIELD
#define FAULTLINE_PARENTHESES ()
// A macro does not call itself: each pass over the text takes one more field, up to 64 of them.
#define FAULTLINE_AGAIN(...) FAULTLINE_AGAIN4(FAULTLINE_AGAIN4(FAULTLINE_AGAIN4(__VA_ARGS__)))
#define FAULTLINE_AGAIN4(...) FAULTLINE_AGAIN3(FAULTLINE_AGAIN3(FAULTLINE_AGAIN3(__VA_ARGS__)))
#define FAULTLINE_AGAIN3(...) FAULTLINE_AGAIN2(FAULTLINE_AGAIN2(FAULTLINE_AGAIN2(__VA_ARGS__)))
#define FAULTLINE_AGAIN2(...) FAULTLINE_AGAIN1(FAULTLINE_AGAIN1(FAULTLINE_AGAIN1(__VA_ARGS__)))
#define FAULTLINE_AGAIN1(...) __VA_ARGS__

namespace faultline {

/// What std::uniform_random_bit_generator asks for, without the rest of <random>.
template <class G>
concept BitGenerator = requires(G& generator)
{
    {
        generator()
        } -> std::unsigned_integral;
    {
        std::remove_reference_t<G>::min()
        } -> std::unsigned_integral;
    {
        std::remove_reference_t<G>::max()
        } -> std::unsigned_integral;
};

/// A small generator of one's own: SplitMix64.
class Draws {
public:
    using result_type = std::uint64_t;
    explicit constexpr Draws(std::uint64_t seed) noexcept : state_(seed) {}
    static constexpr result_type min() noexcept { return 0; }
    static constexpr result_type max() noexcept { return ~result_type{0}; }
    constexpr result_type operator()() noexcept
    {
        state_ += 0x9e37'79b9'7f4a'7c15U;
        auto z = (state_ ^ (state_ >> 30U)) * 0xbf58'476d'1ce4'e5b9U;
        z = (z ^ (z >> 27U)) * 0x94d0'49bb'1331'11ebU;
        return z ^ (z >> 31U);
    }

private:
    std::uint64_t state_;
};

namespace detail {

template <class T>
concept Character = std::same_as<T, char> || std::same_as<T, wchar_t> || std::same_as<T, char8_t> ||
    std::same_as<T, char16_t> || std::same_as<T, char32_t>;

template <class T>
inline constexpr bool is_string = false;
template <Character C, class Traits, class Allocator>
inline constexpr bool is_string<std::basic_string<C, Traits, Allocator>> = true;

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class T>
inline constexpr bool is_variant = false;
template <class... T>
inline constexpr bool is_variant<std::variant<T...>> = true;

template <class T>
inline constexpr bool is_tuple = false; // not std::array, which is a container
template <class... T>
inline constexpr bool is_tuple<std::tuple<T...>> = true;
template <class A, class B>
inline constexpr bool is_tuple<std::pair<A, B>> = true;

template <class T>
concept Known_struct = requires(T& value)
{
    faultline_fields(value);
};

template <class T>
concept Map = requires(T& value)
{
    typename T::mapped_type;
    value.begin()->second;
};

/// Its elements are its order: damaged ones have to be put into a new one.
template <class T>
concept Set = !Map<T> && requires(T & value, typename T::value_type element)
{
    typename T::key_type;
    value.insert(element);
};

template <class T>
concept Container = !is_string<T> && !Map<T> && !Set<T> && requires(T & value)
{
    typename T::value_type;
    value.begin();
    value.end();
}
&&std::is_assignable_v<decltype(*std::declval<T&>().begin()), typename T::value_type>;

/// Whether every part of a type is known.
template <class T>
constexpr bool known();

template <class... T>
constexpr bool all_known(const std::tuple<T...>*)
{
    return (known<std::remove_reference_t<T>>() && ...);
}
template <class... T>
constexpr bool all_known(const std::variant<T...>*)
{
    return (known<T>() && ...);
}
template <class A, class B>
constexpr bool all_known(const std::pair<A, B>*)
{
    return known<A>() && known<B>();
}

template <class T>
constexpr bool known()
{
    // What is const stays as it is, which needs no saying.
    if constexpr (std::is_const_v<T> || std::is_arithmetic_v<T> || is_string<T> || std::same_as<T, std::monostate>)
        return true;
    else if constexpr (is_optional<T> || Container<T> || Set<T>)
        return known<typename T::value_type>();
    else if constexpr (Map<T>)
        return known<typename T::mapped_type>();
    else if constexpr (is_tuple<T> || is_variant<T>)
        return all_known(static_cast<const T*>(nullptr));
    else if constexpr (Known_struct<T>)
        return all_known(static_cast<const decltype(faultline_fields(std::declval<T&>()))*>(nullptr));
    else
        return false;
}

template <BitGenerator G>
bool happens(double rate, G& generator)
{
    if (rate >= 1) return true;
    using Generator = std::remove_reference_t<G>;
    const auto range = static_cast<double>(Generator::max() - Generator::min()) + 1;
    return static_cast<double>(generator() - Generator::min()) / range < rate;
}

/// One that is its own negative gets its lowest bit flipped: damage has to show.
template <class T>
T negated(T value)
{
    if constexpr (std::is_floating_point_v<T>) {
        return value == 0 ? T{1} : -value;
    } else {
        using Bits = std::make_unsigned_t<T>;
        const auto bits = static_cast<Bits>(value);
        const auto negative = static_cast<Bits>(Bits{0} - bits);
        return static_cast<T>(negative == bits ? static_cast<Bits>(bits ^ Bits{1}) : negative);
    }
}

template <class T, BitGenerator G>
void damage(T& value, double rate, G& generator);

/// Reversed; one that reads the same both ways gets a bit of one character flipped.
template <class String, BitGenerator G>
void damage_string(String& text, G& generator)
{
    const String before = text;
    for (std::size_t i = 0, j = text.size(); i + 1 < j; ++i)
        std::swap(text[i], text[--j]);
    using Character = typename String::value_type;
    if (text == before && !text.empty()) {
        auto& struck = text[static_cast<std::size_t>(generator()) % text.size()];
        struck = static_cast<Character>(struck ^ 1);
    }
}

template <class T, BitGenerator G>
void damage(T& value, double rate, G& generator)
{
    if constexpr (std::is_const_v<T>) {
        return;
    } else if constexpr (std::same_as<T, bool>) { // before the numbers: it would pass for one, and -true is true
        if (happens(rate, generator)) value = !value;
    } else if constexpr (std::is_arithmetic_v<T>) {
        if (happens(rate, generator)) value = negated(value);
    } else if constexpr (is_string<T>) {
        if (happens(rate, generator)) damage_string(value, generator);
    } else if constexpr (is_optional<T>) {
        if (value) damage(*value, rate, generator);
    } else if constexpr (Map<T>) {
        for (auto&& entry : value)
            damage(entry.second, rate, generator);
    } else if constexpr (Set<T>) {
        T damaged;
        for (auto element : value) {
            damage(element, rate, generator);
            damaged.insert(std::move(element));
        }
        value = std::move(damaged);
    } else if constexpr (Container<T>) {
        for (auto&& element : value) {
            if constexpr (std::is_reference_v<decltype(*value.begin())>) {
                damage(element, rate, generator);
            } else { // vector<bool> has no bools that could be referred to
                typename T::value_type copy = element;
                damage(copy, rate, generator);
                element = copy;
            }
        }
    } else if constexpr (is_tuple<T>) {
        std::apply([&](auto&... parts) { (damage(parts, rate, generator), ...); }, value);
    } else if constexpr (is_variant<T>) {
        std::visit([&](auto& part) { damage(part, rate, generator); }, value);
    } else if constexpr (Known_struct<T>) {
        std::apply([&](auto&... parts) { (damage(parts, rate, generator), ...); }, faultline_fields(value));
    }
}

} // namespace detail

/// Whether all of a type can be damaged.
template <class T>
concept Corruptible = detail::known<T>();

/// A damaged copy. Each bool, number and string in it is struck with the probability `rate`.
template <Corruptible T, BitGenerator G>
[[nodiscard]] T corrupt(T value, double rate, G&& generator)
{
    detail::damage(value, rate, generator);
    return value;
}

template <class T, BitGenerator G>
requires(!Corruptible<T>)
    [[nodiscard,
      deprecated("faultline::corrupt leaves this value, or some part of it, unchanged: its type is not known. "
                 "Write FAULTLINE_FIELDS(Type, field, ...) after the struct")]] T
    corrupt(T value, double rate, G&& generator)
{
    detail::damage(value, rate, generator);
    return value;
}

/// Text that somebody else owns is damaged as a string.
template <BitGenerator G>
[[nodiscard]] std::string corrupt(const char* text, double rate, G&& generator)
{
    return corrupt(std::string(text), rate, generator);
}

} // namespace faultline
