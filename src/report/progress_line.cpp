#include "report/progress_line.hpp"

#include "report/terminal.hpp"

#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <unistd.h>

namespace faultline::report {

std::string duration_words(double seconds)
{
    constexpr double longest = 1e9; // which is never
    const auto whole = static_cast<std::uint64_t>(std::clamp(seconds, 0.0, longest));
    if (whole < 60) return fmt::format("{} s", whole);
    if (whole < 3600) return fmt::format("{} m {} s", whole / 60, whole % 60);
    return fmt::format("{} h {} m", whole / 3600, whole / 60 % 60);
}

std::string progress_words(std::uint64_t done, std::uint64_t known, std::string_view unit, double seconds,
                           std::string_view more, std::size_t width)
{
    const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
    std::string line = fmt::format("{} of {} {}", done, known, unit);
    const auto add = [&](const std::string& part) {
        if (width == 0 || line.size() + 2 + part.size() <= width) line += "  " + part;
    };
    add(rate < 10 ? fmt::format("{:.1f}/s", rate) : fmt::format("{:.0f}/s", rate));
    if (rate > 0 && known > done) add(duration_words(static_cast<double>(known - done) / rate) + " left");
    if (!more.empty()) add(std::string(more));
    return width == 0 ? line : line.substr(0, width);
}

ProgressLine::ProgressLine(bool quiet) : shown_(!quiet && can_redraw(STDERR_FILENO)) {}

ProgressLine::~ProgressLine()
{
    if (shown_ && printed_) fmt::print(stderr, "\r\033[K");
}

void ProgressLine::say(std::string_view text)
{
    if (shown_) show(std::string(text).substr(0, columns(STDERR_FILENO) - 1));
}

void ProgressLine::tell(std::uint64_t done, std::uint64_t known, std::string_view unit, double seconds,
                        std::string_view more)
{
    // Where less time has gone by than before, other work has begun.
    if (!shown_ || (seconds >= last_ && seconds - last_ < 0.1)) return;
    last_ = seconds;
    show(progress_words(done, known, unit, seconds, more, columns(STDERR_FILENO) - 1));
}

void ProgressLine::show(const std::string& line)
{
    printed_ = true;
    fmt::print(stderr, "\r\033[K{}", line);
    std::fflush(stderr);
}

} // namespace faultline::report
