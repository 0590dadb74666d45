#include "report/terminal.hpp"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace faultline::report {

namespace {

/// The width on a terminal, near enough: bytes that begin a character.
std::size_t width(std::string_view text)
{
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char byte) { return (byte & 0xc0) != 0x80; }));
}

} // namespace

bool coloured(int fd)
{
    const char* const refused = std::getenv("NO_COLOR");
    return can_redraw(fd) && (refused == nullptr || *refused == '\0');
}

bool can_redraw(int fd)
{
    const char* const kind = std::getenv("TERM");
    return ::isatty(fd) == 1 && (kind == nullptr || std::string_view(kind) != "dumb");
}

std::size_t columns(int fd)
{
    constexpr std::size_t usual = 100, least = 20;
    winsize size = {};
    if (::ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return usual;
    return std::max<std::size_t>(size.ws_col, least);
}

std::string counted(std::uint64_t number, std::string_view noun)
{
    if (number != 1 && noun.ends_with('y')) return fmt::format("{} {}ies", number, noun.substr(0, noun.size() - 1));
    return fmt::format("{} {}{}", number, noun, number == 1 ? "" : noun.ends_with('s') ? "es" : "s");
}

std::string printable(std::string_view text)
{
    std::string result;
    for (const char byte : text) {
        const auto value = static_cast<unsigned char>(byte);
        if (value < 0x20 || value == 0x7f)
            result += fmt::format("\\x{:02x}", value);
        else
            result += byte;
    }
    return result;
}

std::string table(const std::vector<std::vector<std::string>>& rows, const std::vector<bool>& right)
{
    std::vector<std::size_t> widths(right.size());
    for (const auto& row : rows)
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], width(row[i]));
    std::string result;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string padding(widths[i] - width(row[i]), ' ');
            line += (i == 0 ? "" : "  ") + (right[i] ? padding + row[i] : row[i] + padding);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        result += line + '\n';
    }
    return result;
}

std::string wrapped(std::span<const std::string_view> words, std::string_view indent)
{
    constexpr std::size_t most = 100;
    const auto line_width = std::min(most, columns(STDOUT_FILENO));
    std::string text;
    std::string line;
    for (const auto word : words) {
        if (!line.empty() && indent.size() + line.size() + word.size() + 1 > line_width) {
            text += fmt::format("{}{}\n", indent, line);
            line.clear();
        }
        line += fmt::format("{}{}", line.empty() ? "" : " ", word);
    }
    return line.empty() ? text : text + fmt::format("{}{}\n", indent, line);
}

} // namespace faultline::report
