#include "language/fault_option.hpp"

#include "calls/errors.hpp"
#include "plan/plan.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <optional>

namespace faultline::language {

namespace {

/// Keys whose values are text even where they look like a number.
constexpr std::array<std::string_view, 15> texts{"name",  "on",    "size",   "delay",   "range",
                                                 "after", "until", "budget", "thread",  "caller",
                                                 "site",  "path",  "peer",   "program", "offset"};

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
    std::string key, value, source;
};

template <class Range>
bool contains(const Range& range, std::string_view word)
{
    return std::ranges::find(range, word) != std::ranges::end(range);
}

bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

std::string_view trimmed(std::string_view text)
{
    while (!text.empty() && text.front() == ' ')
        text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ')
        text.remove_suffix(1);
    return text;
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

std::string quoted(std::string_view text)
{
    std::string toml = "\"";
    for (const char byte : text) {
        if (byte == '"' || byte == '\\')
            toml += fmt::format("\\{}", byte);
        else if (static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f)
            toml += fmt::format("\\u{:04x}", static_cast<unsigned char>(byte));
        else
            toml += byte;
    }
    return toml + '"';
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

/// A value as TOML.
std::string value_of(std::string_view text, bool is_text)
{
    text = trimmed(text);
    const auto inside = [&] { return split(text.substr(1, text.size() - 2)); };
    const auto encloses = [&](char left, char right) {
        return text.size() >= 2 && text.front() == left && text.back() == right;
    };
    if ((encloses('"', '"') || encloses('\'', '\'')) && after_quotes(text) == text.size()) return std::string(text);
    if (encloses('[', ']')) {
        if (const auto parts = inside()) {
            std::string toml = "[";
            for (const auto part : *parts)
                if (!part.empty()) toml += (toml.size() > 1 ? ", " : "") + value_of(part, is_text);
            return toml + "]";
        }
    }
    if (encloses('{', '}')) {
        if (const auto parts = inside()) {
            std::string toml = "{";
            for (const auto part : *parts) {
                const auto equals = std::min(part.find('='), part.size());
                const auto key = trimmed(part.substr(0, equals));
                const auto value = equals == part.size() ? "" : value_of(part.substr(equals + 1), false);
                toml +=
                    fmt::format("{}{} = {}", toml.size() > 1 ? ", " : " ", is_bare_key(key) ? key : quoted(key), value);
            }
            return toml + " }";
        }
    }
    if (is_text) return quoted(text);
    if (text == "true" || text == "false" || is_number(text)) return std::string(text);
    if (text.size() > 1 && text.front() == '.' && is_number(text.substr(1))) return fmt::format("0{}", text);
    return quoted(text);
}

/// Reads key=value, a type or an error. Returns what is wrong with it, or nothing.
std::string read_item(std::string_view text, std::vector<Item>& items)
{
    if (text.empty()) return "an item is missing between two commas, or after the last one";
    const auto equals = text.find('=');
    Item item{.key = {}, .value = {}, .source = std::string(text)};
    if (equals == std::string_view::npos) {
        if (contains(plan::type_names, text))
            item.key = "type";
        else if (calls::error_code(text) != 0)
            item.key = "errno";
        else
            return fmt::format("'{}' is neither key=value, nor a type ({}), nor an error such as ENOSPC", text,
                               fmt::join(plan::type_names, ", "));
        item.value = quoted(text);
    } else {
        item.key = trimmed(text.substr(0, equals));
        if (!is_bare_key(item.key)) return fmt::format("'{}' is not a key", item.key);
        const auto value = trimmed(text.substr(equals + 1));
        if (value.empty()) return fmt::format("'{}' has no value", item.key);
        item.value = value_of(value, contains(texts, item.key));
        // A mistake is traced back to its item by the line that the item became.
        if (item.value.find('\n') != std::string::npos)
            return fmt::format("the value of '{}' has a line break in its quotes (write \\n)", item.key);
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

/// The type's name, without its quotes, or nothing.
std::string type_of(const std::vector<Item>& items)
{
    const auto has = [&](std::string_view key) { return std::ranges::find(items, key, &Item::key); };
    if (const auto given = has("type"); given != items.end()) {
        auto name = given->value;
        std::erase_if(name, [](char byte) { return byte == '"' || byte == '\''; });
        return name;
    }
    for (const auto& [key, type] : types_by_key) {
        const auto item = has(key);
        if (item == items.end()) continue;
        const bool is_pace = key == "rate" && item->value.find("/s") != std::string::npos; // "64KiB/s", not 0.01
        return std::string(is_pace ? "throttle" : type);
    }
    return {};
}

} // namespace

FaultOption parse_fault_option(std::string_view option, std::set<std::string>& names)
{
    FaultOption fault{.option = std::string(option), .toml = {}, .sources = {}, .problem = {}};
    const auto fail = [&](std::string problem) {
        fault.problem = std::move(problem);
        return fault;
    };
    const auto colon = option.find(':');
    if (colon == std::string_view::npos)
        return fail("a ':' is missing: write FUNCTIONS:WHAT, such as 'write:errno=ENOSPC'");
    const auto functions = split(option.substr(0, colon));
    const auto parts = split(option.substr(colon + 1));
    if (!functions || !parts) return fail("a quote or bracket is never closed");

    std::string list;
    for (const auto function : *functions) {
        if (function.empty()) return fail("a function is missing: write its name before the ':'");
        list += (list.empty() ? "" : ", ") + quoted(function);
    }
    std::vector<Item> items;
    for (const auto part : *parts)
        if (auto problem = read_item(part, items); !problem.empty()) return fail(std::move(problem));
    const auto type = type_of(items);
    if (type.empty())
        return fail(fmt::format("it does not say what to do: add errno=…, delay=…, or a type ({})",
                                fmt::join(plan::type_names, ", ")));

    const auto line = [&](std::string_view toml, std::string_view source) {
        fault.toml += fmt::format("{}\n", toml);
        fault.sources.emplace_back(source);
    };
    const auto given = [&](std::string_view key) {
        return std::ranges::any_of(items, [&](const Item& item) { return item.key == key; });
    };
    line("[[fault]]", "");
    if (!given("name")) {
        const auto name = unique_name(functions->front(), type, names);
        names.insert(name);
        line("name = " + quoted(name), "");
    }
    line(fmt::format("functions = [{}]", list), option.substr(0, colon));
    if (!given("type")) line("type = " + quoted(type), "");
    for (const auto& item : items)
        line(fmt::format("{} = {}", item.key, item.value), item.source);
    return fault;
}

} // namespace faultline::language
