// One line on standard error that says how far long work has come. There is none where no user would see it: standard error
// is no terminal, or one that cannot go back in a line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace faultline::report {

/// "120 of 448 points  31/s  10 s left  2 crash": at most `width` characters, whole parts alone; 0: any number. What is
/// left is told once there is a rate to tell it by.
[[nodiscard]] std::string progress_words(std::uint64_t done, std::uint64_t known, std::string_view unit, double seconds,
                                         std::string_view more, std::size_t width);

/// "8 s", "3 m 20 s", "2 h 5 m".
[[nodiscard]] std::string duration_words(double seconds);

class ProgressLine {
public:
    /// `quiet`: show nothing in any case.
    explicit ProgressLine(bool quiet);
    ~ProgressLine(); // takes the line away
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;

    /// What is done before anything can be counted.
    void say(std::string_view text);
    /// Ten times a second at most. `seconds`: since this work began, of which there may be several.
    void tell(std::uint64_t done, std::uint64_t known, std::string_view unit, double seconds,
              std::string_view more = {});

private:
    void show(const std::string& line);

    bool shown_, printed_ = false;
    double last_ = 0;
};

} // namespace faultline::report
