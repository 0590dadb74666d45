// Runs the user's check on a state: at the original path, in namespaces of its own, so that it can leave nothing behind
// and many can run at a time.
#pragma once

#include "power/state_directory.hpp"

#include <atomic>
#include <chrono>

namespace faultline::power {

/// not_checked: another shard does.
enum class Class : std::uint8_t { clean, lost, corrupt, cannot_start, failed, hang, trouble, not_checked };
inline constexpr std::array<std::string_view, 8> class_names{
    "clean", "acknowledged-data-lost", "corrupt", "cannot-start", "failed", "hang", "trouble", "not-checked"};

/// Whether the check says something against a state.
[[nodiscard]] constexpr bool is_failing(Class kind) { return kind > Class::clean && kind < Class::trouble; }

struct Verdict {
    Class kind = Class::clean;
    int status = 0;
    std::string reason; // the check's last line
};

struct Task {
    std::size_t number = 0; // FAULT_STATE
    const Tree* tree = nullptr;
    std::string acked; // what FAULT_ACKED holds
};

struct Setup {
    std::string check;   // for /bin/sh
    std::string scratch; // a directory of ours, outside the roots
    std::chrono::milliseconds timeout{10000};
    const std::atomic<bool>* stop = nullptr; // whether whoever asks is about to end
};

class Checks {
public:
    Checks(const Disks& disks, Sources sources, Setup setup)
        : disks_(disks), sources_(std::move(sources)), setup_(std::move(setup))
    {}

    /// Only in a process of one thread: it forks, and lays out in the child. Returns when all of the tasks have their
    /// verdicts; `tell` gets each as it comes, and says false to have no more begun.
    void run(const std::vector<Task>& tasks, unsigned jobs,
             const std::function<bool(const Task&, const Verdict&)>& tell) const;

private:
    [[nodiscard]] pid_t start(const Task& task, std::size_t slot) const;
    [[nodiscard]] Verdict read(int status, std::size_t slot, bool timed_out) const;
    [[noreturn]] void become_first(const Task& task, const std::string& place) const;
    [[nodiscard]] std::string place(std::size_t slot) const { return setup_.scratch + "/" + std::to_string(slot); }

    const Disks& disks_;
    Sources sources_;
    Setup setup_;
};

} // namespace faultline::power
