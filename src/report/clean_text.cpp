#include "report/clean_text.hpp"

#include <cstdint>
#include <fmt/format.h>
#include <optional>

namespace faultline::report {

namespace {

struct Character {
    char32_t code;
    std::size_t bytes;
};

/// The character that a text begins with; nothing where it begins with no UTF-8 (RFC 3629).
std::optional<Character> first_of(std::string_view text)
{
    const auto at = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = at(0);
    if (lead < 0x80) return Character{lead, 1};
    const std::size_t bytes = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    if (bytes == 0 || text.size() < bytes) return {};
    auto code = static_cast<char32_t>(lead & (0xffU >> (bytes + 1)));
    for (std::size_t i = 1; i < bytes; ++i) {
        if ((at(i) & 0xc0) != 0x80) return {};
        code = code << 6U | (at(i) & 0x3fU);
    }
    constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (code < least[bytes] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return {};
    return Character{code, bytes};
}

bool is_harmless(char32_t code)
{
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return false; // C0, DEL, C1
    if (code >= 0x202a && code <= 0x202e) return false;             // overrides of direction hide what stands there
    if (code >= 0x2066 && code <= 0x2069) return false;
    return code != 0x2028 && code != 0x2029 && code != 0xfffe && code != 0xffff;
}

std::string cleaned(std::string_view text, bool keeps_lines)
{
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        const auto character = first_of(text);
        const auto bytes = character ? character->bytes : 1;
        const bool kept = character && (is_harmless(character->code) ||
                                        (keeps_lines && (character->code == U'\n' || character->code == U'\t')));
        if (kept)
            result += text.substr(0, bytes);
        else
            for (const char byte : text.substr(0, bytes))
                result += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
        text.remove_prefix(bytes);
    }
    return result;
}

/// The nearest place at or before one, or at or after it, where a character begins.
std::size_t boundary(const std::string& text, std::size_t at, bool forward)
{
    while (at > 0 && at < text.size() && (text[at] & 0xc0) == 0x80)
        forward ? ++at : --at;
    return at;
}

} // namespace

std::string clean(std::string_view text) { return cleaned(text, true); }
std::string clean_line(std::string_view text) { return cleaned(text, false); }

std::string xml(std::string_view text)
{
    std::string result;
    result.reserve(text.size());
    for (const char byte : text) {
        switch (byte) {
        case '&':
            result += "&amp;";
            break;
        case '<':
            result += "&lt;";
            break;
        case '>':
            result += "&gt;";
            break;
        case '"':
            result += "&quot;";
            break;
        case '\'':
            result += "&#39;";
            break;
        default:
            result += byte;
        }
    }
    return result;
}

std::string shortened(const std::string& text, std::size_t most)
{
    if (text.size() <= most) return text;
    const auto head = boundary(text, most / 2, false);
    const auto tail = boundary(text, text.size() - most / 2, true);
    return fmt::format("{}\n… {} bytes are left out here …\n{}", text.substr(0, head), tail - head, text.substr(tail));
}

} // namespace faultline::report
