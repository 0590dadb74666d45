#include "language/fault_option.hpp"

#include "calls/errors.hpp"
#include "language/toml.hpp"
#include "language/values.hpp"
#include "plan/plan.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <optional>

namespace faultline::language {

namespace {

/// Keys whose values are text even where they look like a number.
constexpr std::array<std::string_view, 16> texts{"name",  "on",      "size",   "delay",      "range", "after",
                                                 "until", "budget",  "thread", "caller",     "site",  "path",
                                                 "peer",  "program", "offset", "after_fault"};

/// What a fault without a type is, by the first of these keys that it has.
constexpr std::array<std::array<std::string_view, 2>, 11> types_by_key{{{"errno", "errno"},
                                                                        {"mode", "corruption"},
                                                                        {"rate", "corruption"},
                                                                        {"fraction", "short"},
                                                                        {"returns", "returns"},
                                                                        {"moment", "crash"},
                                                                        {"status", "crash"},
                                                                        {"signal", "signal"},
                                                                        {"offset", "clock"},
                                                                        {"speed", "clock"},
                                                                        {"delay", "delay"}}};

struct Item {
    std::string key;
    Value value;
};

template <class Range>
bool contains(const Range& range, std::string_view word)
{
    return std::ranges::find(range, word) != std::ranges::end(range);
}

/// Finds the end of the quoted string that `text` begins with: the place after the closing quote, or npos.
std::size_t after_quotes(std::string_view text)
{
    const char quote = text.front();
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '\\' && quote == '"')
            ++i;
        else if (text[i] == quote)
            return i + 1;
    }
    return std::string_view::npos;
}

/// The parts between the commas that stand outside of quotes and brackets; nothing where those don't match.
std::optional<std::vector<std::string_view>> split(std::string_view text)
{
    std::vector<std::string_view> parts;
    std::string open; // the closing brackets that are still to come
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char byte = text[i];
        // An apostrophe inside of a bare word is no quote.
        const bool starts = i == begin || std::string_view("=[{, ").find(text[i - 1]) != std::string_view::npos;
        if ((byte == '"' || byte == '\'') && starts) {
            const auto end = after_quotes(text.substr(i));
            if (end == std::string_view::npos) return {};
            i += end - 1;
        } else if (byte == '[') {
            open.push_back(']');
        } else if (byte == '{') {
            open.push_back('}');
        } else if (!open.empty() && byte == open.back()) {
            open.pop_back();
        } else if (byte == ',' && open.empty()) {
            parts.push_back(trimmed(text.substr(begin, i - begin)));
            begin = i + 1;
        }
    }
    if (!open.empty()) return {};
    parts.push_back(trimmed(text.substr(begin)));
    return parts;
}

bool is_number(std::string_view text)
{
    if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
    if (text.empty() || !is_digit(text.front()) || !is_digit(text.back())) return false;
    if (text.starts_with("0x")) return text.find_first_not_of("0123456789abcdefABCDEF", 2) == std::string_view::npos;
    if (text.size() > 1 && text[0] == '0' && is_digit(text[1])) return false;
    const auto whole = std::min(text.find_first_not_of("0123456789"), text.size());
    text.remove_prefix(whole);
    if (text.starts_with('.')) text.remove_prefix(std::min(text.find_first_not_of("0123456789", 1), text.size()));
    if (text.empty()) return true;
    if (text.front() != 'e' && text.front() != 'E') return false;
    text.remove_prefix(1);
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_bare_key(std::string_view text)
{
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

void append_character(std::string& text, std::uint32_t code)
{
    const auto rest = [&](unsigned shift) { text += static_cast<char>(0x80U | (code >> shift & 0x3fU)); };
    if (code < 0x80) {
        text += static_cast<char>(code);
    } else if (code < 0x800) {
        text += static_cast<char>(0xc0U | code >> 6U);
        rest(0);
    } else if (code < 0x10000) {
        text += static_cast<char>(0xe0U | code >> 12U);
        rest(6);
        rest(0);
    } else {
        text += static_cast<char>(0xf0U | code >> 18U);
        rest(12);
        rest(6);
        rest(0);
    }
}

/// Takes the escape that follows a backslash off the front of `rest`. Says whether there is such an escape.
bool take_escape(std::string_view& rest, std::string& text)
{
    constexpr std::string_view letters = "btnfr\"\\";
    constexpr std::string_view meant = "\b\t\n\f\r\"\\";
    if (rest.empty()) return false;
    const char letter = rest.front();
    rest.remove_prefix(1);
    if (const auto at = letters.find(letter); at != std::string_view::npos) {
        text += meant[at];
        return true;
    }
    const std::size_t digits = letter == 'u' ? 4 : letter == 'U' ? 8 : 0;
    std::uint32_t code = 0;
    if (digits == 0 || rest.size() < digits) return false;
    const auto* const end = rest.data() + digits;
    if (std::from_chars(rest.data(), end, code, 16).ptr != end) return false;
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return false;
    append_character(text, code);
    rest.remove_prefix(digits);
    return true;
}

/// Makes the values of one item. Each gets a place further right, so that they keep their order.
class Maker {
public:
    Maker(std::string_view key, Place place) : key_(key), place_(place) {}

    Value text(std::string_view content)
    {
        auto value = make(Value::Kind::text);
        value.text = content;
        return value;
    }
    Value value(std::string_view content, bool is_text, int depth = 0)
    {
        content = trimmed(content);
        const auto encloses = [&](char left, char right) {
            return content.size() >= 2 && content.front() == left && content.back() == right;
        };
        const auto inside = [&] { return split(content.substr(1, content.size() - 2)); };
        if ((encloses('"', '"') || encloses('\'', '\'')) && after_quotes(content) == content.size())
            return unquoted(content.substr(1, content.size() - 2), content.front() == '"');
        constexpr int most_depth = 16;
        if (depth < most_depth && encloses('[', ']'))
            if (const auto parts = inside()) return list(*parts, is_text, depth + 1);
        if (depth < most_depth && encloses('{', '}'))
            if (const auto parts = inside()) return table(*parts, depth + 1);
        if (is_text) return text(content);
        if (content == "true" || content == "false") {
            auto value = make(Value::Kind::boolean);
            value.truth = content == "true";
            return value;
        }
        const bool is_share = content.size() > 1 && content.front() == '.' && is_number(content.substr(1));
        return is_share || is_number(content) ? number(content) : text(content);
    }

    [[nodiscard]] std::string take_problem() { return std::move(problem_); }

private:
    Value make(Value::Kind kind)
    {
        Value value;
        value.kind = kind;
        value.place = place_;
        ++place_.column;
        return value;
    }
    Value unquoted(std::string_view content, bool has_escapes)
    {
        auto value = make(Value::Kind::text);
        while (!content.empty()) {
            const char byte = content.front();
            content.remove_prefix(1);
            if (byte == '\n')
                problem_ = fmt::format("the value of '{}' has a line break in its quotes (write \\n)", key_);
            if (byte != '\\' || !has_escapes)
                value.text += byte;
            else if (!take_escape(content, value.text))
                problem_ = fmt::format(
                    "the value of '{}' has an unknown \\ escape (write text with backslashes in single quotes)", key_);
        }
        return value;
    }
    Value list(const std::vector<std::string_view>& parts, bool is_text, int depth)
    {
        auto list = make(Value::Kind::array);
        for (const auto part : parts)
            if (!part.empty()) list.items.push_back(value(part, is_text, depth));
        return list;
    }
    Value table(const std::vector<std::string_view>& parts, int depth)
    {
        auto table = make(Value::Kind::table);
        for (const auto part : parts) {
            const auto equals = std::min(part.find('='), part.size());
            const auto key = trimmed(part.substr(0, equals));
            if (equals == part.size() || key.empty()) {
                problem_ = fmt::format("the table of '{}' holds '{}', which is not key=value", key_, part);
                continue;
            }
            if (table.find(key) != nullptr)
                problem_ = fmt::format("'{}' is given twice in the table of '{}'", key, key_);
            const auto place = place_;
            table.entries.push_back({{std::string(key), place}, value(part.substr(equals + 1), false, depth)});
        }
        return table;
    }
    Value number(std::string_view content)
    {
        const auto negative = content.front() == '-';
        auto digits = content.substr(content.front() == '-' || content.front() == '+' ? 1 : 0);
        const bool hexadecimal = digits.starts_with("0x");
        if (hexadecimal || digits.find_first_not_of("0123456789") == std::string_view::npos) {
            auto value = make(Value::Kind::integer);
            if (hexadecimal) digits.remove_prefix(2);
            const auto text = (negative ? "-" : "") + std::string(digits);
            const auto error =
                std::from_chars(text.data(), text.data() + text.size(), value.integer, hexadecimal ? 16 : 10).ec;
            if (error != std::errc{}) problem_ = fmt::format("the value of '{}' is too large (at most 2^63-1)", key_);
            value.number = static_cast<double>(value.integer);
            return value;
        }
        auto value = make(Value::Kind::number);
        const auto error = std::from_chars(digits.data(), digits.data() + digits.size(), value.number).ec;
        if (error != std::errc{}) problem_ = fmt::format("the value of '{}' is no number that can be had", key_);
        if (negative) value.number = -value.number;
        return value;
    }

    std::string_view key_;
    Place place_;
    std::string problem_;
};

/// Reads key=value, a type or an error. Returns what is wrong with it, or nothing.
std::string read_item(std::string_view text, Place place, std::vector<Item>& items)
{
    if (text.empty()) return "an item is missing between two commas, or after the last one";
    const auto equals = text.find('=');
    Item item;
    if (equals == std::string_view::npos) {
        if (contains(plan::type_names, text))
            item.key = "type";
        else if (calls::error_code(text) != 0)
            item.key = "errno";
        else
            return fmt::format("'{}' is neither key=value, nor a type ({}), nor an error such as ENOSPC", text,
                               fmt::join(plan::type_names, ", "));
        item.value = Maker(item.key, place).text(text);
    } else {
        item.key = trimmed(text.substr(0, equals));
        if (!is_bare_key(item.key)) return fmt::format("'{}' is not a key", item.key);
        const auto value = trimmed(text.substr(equals + 1));
        if (value.empty()) return fmt::format("'{}' has no value", item.key);
        Maker maker(item.key, place);
        item.value = maker.value(value, contains(texts, item.key));
        if (auto problem = maker.take_problem(); !problem.empty()) return problem;
    }
    if (std::ranges::any_of(items, [&](const Item& other) { return other.key == item.key; }))
        return fmt::format("'{}' is given twice", item.key);
    items.push_back(std::move(item));
    return {};
}

std::string unique_name(std::string_view function, std::string_view type, const std::set<std::string>& names)
{
    std::string base;
    for (const char byte : function)
        if (is_digit(byte) || byte == '_' || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z')) base += byte;
    base = fmt::format("{}-{}", base.empty() ? "all" : base, type);
    auto name = base;
    for (int i = 2; names.contains(name); ++i)
        name = fmt::format("{}-{}", base, i);
    return name;
}

/// The type's name, or nothing where the option has none and none of its keys tells.
std::string type_of(const std::vector<Item>& items)
{
    const auto has = [&](std::string_view key) { return std::ranges::find(items, key, &Item::key); };
    if (const auto given = has("type"); given != items.end())
        return given->value.is(Value::Kind::text) ? given->value.text : "fault"; // the plan's reader says what is wrong
    for (const auto& [key, type] : types_by_key) {
        const auto item = has(key);
        if (item == items.end()) continue;
        const bool is_pace = key == "rate" && item->value.text.find("/s") != std::string::npos; // "64KiB/s", not 0.01
        return std::string(is_pace ? "throttle" : type);
    }
    return {};
}

} // namespace

FaultOption parse_fault_option(std::string_view option, int number, std::set<std::string>& names)
{
    FaultOption fault{.option = std::string(option), .table = {}, .items = {}, .problem = {}};
    const auto fail = [&](std::string problem) {
        fault.problem = std::move(problem);
        return fault;
    };
    if (encoding_mistake(option)) return fail("it is not UTF-8 text");
    const auto colon = option.find(':');
    if (colon == std::string_view::npos)
        return fail("a ':' is missing: write FUNCTIONS:WHAT, such as 'write:errno=ENOSPC'");
    const auto functions = split(option.substr(0, colon));
    const auto parts = split(option.substr(colon + 1));
    if (!functions || !parts) return fail("a quote or bracket is never closed");

    const auto place = [&] { return Place{static_cast<int>(fault.items.size()), 1, number}; };
    Item names_of_functions{"functions", {}};
    fault.items.emplace_back(option.substr(0, colon));
    names_of_functions.value.kind = Value::Kind::array;
    names_of_functions.value.place = place();
    for (const auto function : *functions) {
        if (function.empty()) return fail("a function is missing: write its name before the ':'");
        names_of_functions.value.items.push_back(Maker("functions", place()).text(function));
    }
    std::vector<Item> items;
    for (const auto part : *parts) {
        fault.items.emplace_back(part);
        if (auto problem = read_item(part, place(), items); !problem.empty()) return fail(std::move(problem));
    }
    const auto type = type_of(items);
    if (type.empty())
        return fail(fmt::format("it does not say what to do: add errno=…, delay=…, or a type ({})",
                                fmt::join(plan::type_names, ", ")));
    const auto given = [&](std::string_view key) {
        return std::ranges::any_of(items, [&](const Item& item) { return item.key == key; });
    };
    if (given("functions")) return fail("'functions' is given twice: they stand before the ':'");
    items.push_back(std::move(names_of_functions));
    const Place whole{0, 0, number};
    if (!given("name")) {
        const auto name = unique_name(functions->front(), type, names);
        names.insert(name);
        items.push_back({"name", Maker("name", whole).text(name)});
    }
    if (!given("type")) items.push_back({"type", Maker("type", whole).text(type)});

    std::ranges::sort(items, {}, &Item::key);
    fault.table.kind = Value::Kind::table;
    fault.table.place = whole;
    for (auto& item : items)
        fault.table.entries.push_back({{item.key, item.value.place}, std::move(item.value)});
    return fault;
}

} // namespace faultline::language
