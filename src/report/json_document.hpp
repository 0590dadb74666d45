// JSON as a tree of values, and its text. The one user of nlohmann-json is json_document.cpp: it is slow to compile.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace faultline::report {

/// A JSON value. Objects keep the order in which their members were added.
class Json {
public:
    using Array = std::vector<Json>;
    using Member = std::pair<std::string, Json>;
    using Object = std::vector<Member>;

    Json() = default; // null
    Json(bool value) : value_(value) {}
    Json(double value) : value_(value) {}
    template <std::integral Integer>
    Json(Integer value)
    {
        if constexpr (std::is_signed_v<Integer>)
            value_ = static_cast<std::int64_t>(value);
        else
            value_ = static_cast<std::uint64_t>(value);
    }
    Json(std::string value) : value_(std::move(value)) {}
    Json(std::string_view value) : value_(std::string(value)) {}
    Json(const char* value) : value_(std::string(value)) {}
    Json(Array value) : value_(std::move(value)) {}
    Json(Object value) : value_(std::move(value)) {}
    /// An array of what the range holds.
    template <std::ranges::input_range Range>
    requires(!std::convertible_to<Range, std::string_view> && !std::same_as<std::remove_cvref_t<Range>, Array> &&
             !std::same_as<std::remove_cvref_t<Range>, Object>) Json(const Range& range)
        : value_(Array(std::ranges::begin(range), std::ranges::end(range)))
    {}
    [[nodiscard]] static Json object(std::initializer_list<Member> members = {}) { return Object(members); }
    [[nodiscard]] static Json array() { return Array(); }

    /// The member of that name, added as null where there is none. Only of an object.
    Json& operator[](std::string_view name);
    void push_back(Json value) { std::get<Array>(value_).push_back(std::move(value)); } // only of an array
    void append(Json object);                                                           // the members of another one

    /// The value as one of the alternatives below; nullptr where it is something else.
    template <class T>
    [[nodiscard]] const T* as() const noexcept
    {
        return std::get_if<T>(&value_);
    }
    [[nodiscard]] bool is_structured() const noexcept { return as<Array>() != nullptr || as<Object>() != nullptr; }

    // What a document that others wrote holds: each of these is empty or 0 where there is no such thing.
    [[nodiscard]] const Json* find(std::string_view name) const noexcept; // nullptr: no such member
    [[nodiscard]] const Json& member(std::string_view name) const noexcept;
    [[nodiscard]] const Object& members() const noexcept;
    [[nodiscard]] const Array& elements() const noexcept;
    [[nodiscard]] const std::string& text() const noexcept;
    [[nodiscard]] std::uint64_t count() const noexcept; // of a whole number that is not negative
    [[nodiscard]] std::optional<std::int64_t> integer() const noexcept;
    [[nodiscard]] std::optional<double> number() const noexcept; // of any number

    using Value = std::variant<std::nullptr_t, bool, std::int64_t, std::uint64_t, double, std::string, Array, Object>;
    [[nodiscard]] const Value& value() const noexcept { return value_; }

private:
    Value value_;
};

/// The document that a text is; nothing where it is no JSON, or nested deeper than any of ours.
[[nodiscard]] std::optional<Json> parse_json(std::string_view text);

/// Its text in lines, without one after the last; what is no UTF-8 in it becomes U+FFFD.
[[nodiscard]] std::string lines(const Json& document);

/// Its text in one line.
[[nodiscard]] std::string one_line(const Json& document);

} // namespace faultline::report
