// Commands as lines that a shell takes: what repeats a finding is said so.
#pragma once

#include <string>
#include <vector>

namespace faultline::run {

/// A word, and a command, as a shell takes them: in one line, but for words that end in a line break.
[[nodiscard]] std::string shell_word(const std::string& word);
[[nodiscard]] std::string shell_line(const std::vector<std::string>& command);

} // namespace faultline::run
