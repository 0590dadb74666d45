#include "cli/cli.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fmt/format.h>
#include <fstream>

namespace faultline::cli {

std::string write_document(const std::string& name, std::string_view text)
{
    const bool to_output = name.empty() || name == "-";
    errno = 0;
    bool written = false;
    if (to_output) {
        written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
    } else {
        std::ofstream file(name, std::ios::binary | std::ios::trunc);
        file << text;
        written = static_cast<bool>(file.flush());
    }
    if (written) return {};
    return fmt::format("cannot be written to {}: {}", to_output ? "standard output" : name, std::strerror(errno));
}

} // namespace faultline::cli
