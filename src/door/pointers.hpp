// Words as execve takes them.
#pragma once

#include <string>
#include <vector>

namespace faultline::door {

/// Each text's characters, and a null pointer behind the last. Valid for as long as the texts are, unchanged. Allocates:
/// not between fork and exec.
[[nodiscard]] inline std::vector<char*> pointers(const std::vector<std::string>& texts)
{
    std::vector<char*> all;
    all.reserve(texts.size() + 1);
    for (const auto& text : texts)
        all.push_back(const_cast<char*>(text.c_str()));
    all.push_back(nullptr);
    return all;
}

} // namespace faultline::door
