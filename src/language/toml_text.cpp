#include "language/toml_text.hpp"

#include <fmt/format.h>

#include <cmath>

namespace faultline::language {

namespace {

std::string number(double value)
{
    if (std::isnan(value)) return "nan";
    if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
    auto text = fmt::format("{}", value);
    if (text.find_first_of(".e") == std::string::npos) text += ".0";
    return text;
}

} // namespace

std::string quoted(std::string_view text)
{
    std::string result = "\"";
    for (const char byte : text) {
        if (byte == '"' || byte == '\\')
            result += fmt::format("\\{}", byte);
        else if ((byte >= 0 && byte < ' ') || byte == 0x7f)
            result += fmt::format("\\u{:04x}", static_cast<unsigned>(byte));
        else
            result += byte;
    }
    return result + '"';
}

std::string write_value(const Value& value)
{
    using enum Value::Kind;
    std::string inner;
    switch (value.kind) {
    case integer:
        return fmt::format("{}", value.integer);
    case Value::Kind::number:
        return language::number(value.number);
    case boolean:
        return value.truth ? "true" : "false";
    case array:
        for (const auto& item : value.items)
            inner += (inner.empty() ? "" : ", ") + write_value(item);
        return '[' + inner + ']';
    case table:
        for (const auto& [key, entry] : value.entries)
            inner += fmt::format("{}{} = {}", inner.empty() ? "" : ", ", quoted(key.name), write_value(entry));
        return '{' + inner + '}';
    case time: // no key of a plan takes one: its text is a mistake as well
    case text:
        break;
    }
    return quoted(value.text);
}

std::string write_toml(const Value& root)
{
    std::string keys;
    std::string tables;
    for (const auto& [key, value] : root.entries) {
        if (!value.is_array_of_tables()) {
            keys += fmt::format("{} = {}\n", quoted(key.name), write_value(value));
            continue;
        }
        for (const auto& table : value.items) {
            tables += fmt::format("\n[[{}]]\n", quoted(key.name));
            for (const auto& [name, entry] : table.entries)
                tables += fmt::format("{} = {}\n", quoted(name.name), write_value(entry));
        }
    }
    return keys + tables;
}

} // namespace faultline::language
