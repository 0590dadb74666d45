#include "language/toml.hpp"

#include "language/suggest.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace faultline::language {

namespace {

/// A position in the text, moved along character by character.
struct Cursor {
    std::string_view text;
    std::size_t at = 0;
    int line = 1;
    int column = 1;

    [[nodiscard]] bool done() const { return at >= text.size(); }
    [[nodiscard]] char here() const { return text[at]; }
    [[nodiscard]] bool sees(std::string_view word) const { return text.substr(at).starts_with(word); }
    void step(std::size_t bytes = 1)
    {
        for (; bytes != 0 && !done(); --bytes, ++at) {
            const auto byte = static_cast<unsigned char>(here());
            if (byte == '\n') {
                ++line;
                column = 1;
            } else if ((byte & 0xc0U) != 0x80U) {
                ++column;
            }
        }
    }
    [[nodiscard]] Remark says(std::string text_of_it) const { return {line, column, std::move(text_of_it), 0}; }
};

/// The length of the well-formed UTF-8 sequence at the beginning, or 0.
std::size_t character_length(std::string_view text)
{
    const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    const auto follows = [&](std::size_t i, unsigned least = 0x80, unsigned most = 0xbf) {
        return byte(i) >= least && byte(i) <= most;
    };
    const auto first = byte(0);
    if (first < 0x80) return 1;
    if (first >= 0xc2 && first <= 0xdf) return follows(1) ? 2 : 0;
    if (first == 0xe0) return follows(1, 0xa0) && follows(2) ? 3 : 0;
    if (first == 0xed) return follows(1, 0x80, 0x9f) && follows(2) ? 3 : 0;
    if (first >= 0xe1 && first <= 0xef) return follows(1) && follows(2) ? 3 : 0;
    if (first == 0xf0) return follows(1, 0x90) && follows(2) && follows(3) ? 4 : 0;
    if (first >= 0xf1 && first <= 0xf3) return follows(1) && follows(2) && follows(3) ? 4 : 0;
    if (first == 0xf4) return follows(1, 0x80, 0x8f) && follows(2) && follows(3) ? 4 : 0;
    return 0;
}

/// Moves behind the string that begins here, or to the end of the text.
void skip_string(Cursor& cursor)
{
    const char quote = cursor.here();
    const std::string_view long_quote = quote == '"' ? "\"\"\"" : "'''";
    const bool is_long = cursor.sees(long_quote);
    cursor.step(is_long ? 3 : 1);
    while (!cursor.done()) {
        if (is_long ? cursor.sees(long_quote) : cursor.here() == quote) return cursor.step(is_long ? 3 : 1);
        if (!is_long && cursor.here() == '\n') return; // a syntax error: strings end with their line
        cursor.step(quote == '"' && cursor.here() == '\\' ? 2 : 1);
    }
}

/// Whether there are more dots than so many in all, which is told faster than where they stand.
bool has_more_dots(std::string_view text, int most)
{
    int dots = 0;
    for (auto at = text.find('.'); at != std::string_view::npos && dots <= most; at = text.find('.', at + 1))
        ++dots;
    return dots > most;
}

/// toml++ nests a table for each part of a dotted key, however many, and takes them apart recursively.
std::optional<Remark> deep_key(std::string_view text)
{
    constexpr int most_dots = 8;
    if (!has_more_dots(text, most_dots)) return std::nullopt;
    int dots = 0;
    for (Cursor cursor{text}; !cursor.done();) {
        const char c = cursor.here();
        if (c == '"' || c == '\'') {
            skip_string(cursor);
            continue;
        }
        if (c == '#') {
            while (!cursor.done() && cursor.here() != '\n')
                cursor.step();
            continue;
        }
        if (c == '.')
            ++dots;
        else if (std::string_view("\n=[]{},").find(c) != std::string_view::npos)
            dots = 0;
        if (dots > most_dots)
            return cursor.says("a key of so many parts means nothing (a plan's keys have at most two)");
        cursor.step();
    }
    return std::nullopt;
}

/// toml++'s words, and what a plan's author is told instead. The first that is found counts.
struct Translation {
    std::string_view found;
    std::string_view plain;
};
constexpr Translation translations[] = {
    {"could not determine value type", "this is not a value (text stands in quotes, as in \"ENOSPC\")"},
    {"parsing boolean", "this is not a value (text stands in quotes; besides there are true and false)"},
    {"control character", "a string does not end on its line, or holds a control character (close the quote)"},
    {"expected comma or closing ']'", "an array does not end (a comma or ']' is missing)"},
    {"expected value or closing ']'", "a value is missing between two commas"},
    {"expected comma or closing '}'", "a { } table does not end (a comma or '}' is missing)"},
    {"expected key or closing '}'", "a { } table must stand on one line and end in '}'"},
    {"dangling comma", "a { } table ends in a comma (leave it out)"},
    {"expected ']'", "the header of a table does not end (']' is missing)"},
    {"expected '='", "a key is followed by '=' and its value ('=' is missing)"},
    {"expected value, saw", "a value is missing here"},
    {"expected a comment or whitespace", "the line should end here (one key or [table] a line, text in quotes)"},
    {"expected keys, tables", "a line begins with a key, a [table] or a # comment"},
    {"expected bare key starting", "a key is missing here"},
    {"blank bare keys", "the name of a table is missing"},
    {"not representable in 64 bits", "the number is too large (at most 2^63-1)"},
    {"leading zeroes", "a number does not begin with 0 (leave the zero out)"},
    {"unknown escape sequence", "an unknown \\ escape (write text with backslashes in single quotes)"},
    {"encountered end-of-file", "the plan ends in the middle of something (a quote, a bracket or a value is missing)"},
    {"nested value depth", "arrays or tables are nested too deeply"},
    {"parsing decimal integer", "this is not a number (text such as \"5ms\" stands in quotes)"},
    {"parsing floating-point",
     "this is not a number (it has digits on both sides of its point; text stands in quotes)"},
};

} // namespace

std::optional<Remark> encoding_mistake(std::string_view text)
{
    const auto is_ascii = [](char each) { return each != '\0' && static_cast<unsigned char>(each) < 0x80; };
    if (std::ranges::all_of(text, is_ascii)) return std::nullopt;
    for (Cursor cursor{text}; !cursor.done();) {
        if (cursor.here() == '\0') return cursor.says("a NUL byte: this is not a text file (a plan is TOML)");
        const auto length = character_length(text.substr(cursor.at));
        if (length == 0) return cursor.says("this is not UTF-8 (save the plan as UTF-8)");
        cursor.step(length);
    }
    return std::nullopt;
}

std::optional<Remark> text_mistake(std::string_view text)
{
    if (text.empty()) return Remark{0, 0, "the plan is empty (it needs at least one [[fault]])", 0};
    if (auto mistake = encoding_mistake(text)) return mistake;
    return deep_key(text);
}

std::string plain_syntax_error(std::string_view description)
{
    if (description.find("cannot redefine") != std::string_view::npos) {
        const auto open = description.find('\'');
        const auto close = description.find('\'', open + 1);
        const auto name = open == std::string_view::npos || close == std::string_view::npos
                              ? std::string("this key")
                              : in_quotes(description.substr(open + 1, close - open - 1));
        return fmt::format("{} is given twice (keep one)", name);
    }
    for (const auto& translation : translations)
        if (description.find(translation.found) != std::string_view::npos) return std::string(translation.plain);
    constexpr std::string_view reason = ": ";
    const auto colon = description.find(reason);
    const auto detail = colon == std::string_view::npos ? description : description.substr(colon + reason.size());
    return fmt::format("this is not valid TOML: {}", in_quotes(detail));
}

} // namespace faultline::language
