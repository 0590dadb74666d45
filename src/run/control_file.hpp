// What makes a run one that can be changed while it goes on: its control file (plan/control_page.hpp), and beside it the
// plan that is in force as text, for the next change to start from.
#pragma once

#include "language/parse.hpp"
#include "plan/control_page.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::run {

inline constexpr std::string_view session_name = "session";         // the plan in force
inline constexpr std::string_view first_session_name = "session.0"; // the one that the run began with
inline constexpr std::string_view changes_name = "changes";         // a line for each change: when, and what

/// How many faults more than it begins with a run has room for.
inline constexpr std::uint32_t spare_faults = 64;

/// The plan that a run begins with, and room beyond it. `session` is a text without mistakes.
[[nodiscard]] language::Parsed parse_first(const std::string& session, std::string_view source);

/// A control file's content at the beginning, with the plan of parse_first().
[[nodiscard]] std::string fresh_control(const language::Parsed& first);

/// The control file of a run that goes on, open for changes. One at a time: another one waits.
class ControlFile {
public:
    /// Nothing where it cannot be had; `problem` says why.
    [[nodiscard]] static std::unique_ptr<ControlFile> open(const std::string& directory, std::string& problem);
    ~ControlFile();
    ControlFile(const ControlFile&) = delete;
    ControlFile& operator=(const ControlFile&) = delete;

    [[nodiscard]] const plan::ControlPage& page() const noexcept { return *page_; }
    [[nodiscard]] language::Room room() const; // of the plans of this run
    [[nodiscard]] const plan::Plan& plan() const noexcept;

    /// Puts another plan in force; returns its generation. `words`: what was changed.
    std::uint32_t publish(const language::Parsed& plan, std::string_view words);
    /// No fault strikes for so many ns; 0: they strike again.
    std::uint32_t quiet(std::int64_t nanoseconds, std::string_view words);

private:
    ControlFile(int fd, plan::ControlPage* page) noexcept : fd_(fd), page_(page) {}
    std::uint32_t announce(std::string_view words, bool plan);

    int fd_;
    plan::ControlPage* page_;
};

} // namespace faultline::run
