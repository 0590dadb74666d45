#include "explore/memory.hpp"

#include "report/text_file.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string>
#include <string_view>

namespace faultline::explore {

namespace {

constexpr auto unlimited = std::numeric_limits<std::uint64_t>::max();

/// The number behind a word of a text; `otherwise` where there is none, as in "max".
std::uint64_t number_after(std::string_view text, std::string_view word, std::uint64_t otherwise)
{
    const auto at = text.find(word);
    if (at == std::string_view::npos) return otherwise;
    text.remove_prefix(at + word.size());
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} ? number : otherwise;
}

/// What the control groups of version 2 allow, from this process's own up.
std::uint64_t groups_limit()
{
    const auto groups = report::content_of("/proc/self/cgroup");
    const auto at = groups.find("0::/");
    if (at == std::string::npos) return unlimited;
    auto group = groups.substr(at + 3, groups.find('\n', at) - at - 3);
    auto least = unlimited;
    for (;; group.resize(group.rfind('/'))) {
        least =
            std::min(least, number_after(report::content_of("/sys/fs/cgroup" + group + "/memory.max"), "", unlimited));
        if (group.empty()) return least;
    }
}

} // namespace

std::uint64_t memory_for_each(unsigned directories)
{
    constexpr std::uint64_t kibibyte = 1024;
    const auto free = number_after(report::content_of("/proc/meminfo"), "MemAvailable:", 0) * kibibyte;
    return std::min(free, groups_limit()) / 2 / directories;
}

} // namespace faultline::explore
