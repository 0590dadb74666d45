#include "run/shell_words.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <string_view>

namespace faultline::run {

namespace {

bool is_control(char byte) { return static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f; }

/// What breaks lines, or no terminal shows, is spelled out. The shell drops the line breaks at the end of such a word.
std::string spelled_out(const std::string& word)
{
    std::string text;
    for (const char byte : word)
        if (byte == '\\')
            text += "\\\\";
        else if (byte == '\'')
            text += "'\\''";
        else if (is_control(byte))
            text += byte == '\n' ? "\\n" : fmt::format("\\0{:03o}", static_cast<unsigned>(byte));
        else
            text += byte;
    return fmt::format("\"$(printf %b '{}')\"", text);
}

} // namespace

std::string shell_line(const std::vector<std::string>& command)
{
    std::string line;
    for (const auto& word : command)
        line += (line.empty() ? "" : " ") + shell_word(word);
    return line;
}

std::string shell_word(const std::string& word)
{
    constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%";
    if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) return word;
    if (!word.ends_with('\n') && std::ranges::any_of(word, is_control)) return spelled_out(word);
    std::string result = "'";
    for (const char byte : word)
        result += byte == '\'' ? std::string("'\\''") : std::string(1, byte);
    return result + "'";
}

} // namespace faultline::run
