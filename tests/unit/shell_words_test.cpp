// What a shell makes of the lines that repeat a finding: the words that they were made from.
#include "run/shell_words.hpp"

#include <cstdio>
#include <gtest/gtest.h>

namespace {

std::string what_a_shell_says(const std::string& line)
{
    std::FILE* const pipe = ::popen(line.c_str(), "re");
    std::string said;
    char bytes[256];
    for (std::size_t got = 0; (got = std::fread(bytes, 1, sizeof bytes, pipe)) > 0;)
        said.append(bytes, got);
    ::pclose(pipe);
    return said;
}

TEST(ShellWords, AreReadAsWhatTheyWereMadeFrom)
{
    for (const std::string word : {"plain", "", "two words", "it's $HOME `x` \"y\" \\n", "a\nb", "'\n'\\n%d\t\x01\x7f'",
                                   "a check\n  of two lines", "ends in one\n"}) {
        const auto line = faultline::run::shell_line({"printf", "%s", word});
        EXPECT_EQ(what_a_shell_says(line), word) << line;
        EXPECT_EQ(line.find('\n') != std::string::npos, word.ends_with('\n')) << "one line: " << line;
    }
}

} // namespace
