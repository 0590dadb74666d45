#include "control/address.hpp"

#include "door/mappings.hpp"
#include "plan/control_page.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fstream>
#include <set>
#include <sys/types.h>

namespace faultline::control {

namespace {

namespace fs = std::filesystem;

/// What a look into a process's mappings tells.
struct Mapped {
    bool readable = false; // else it is another user's, or gone
    bool armed = false;    // it has the library
    std::string directory; // of the run that it can be changed in
};

Mapped look_into(const std::string& pid)
{
    Mapped mapped;
    const auto wanted = fmt::format("/{}", plan::control_name);
    for (const auto& each : door::mappings_of(pid)) {
        mapped.readable = true;
        mapped.armed = mapped.armed || each.path.find("libfaultline.so") != std::string::npos;
        if (each.path.ends_with(wanted) && each.path.find("/faultline-") != std::string::npos)
            mapped.directory = each.path.substr(0, each.path.size() - wanted.size());
    }
    return mapped;
}

bool is_number(const std::string& text)
{
    return !text.empty() && std::ranges::all_of(text, [](char each) { return each >= '0' && each <= '9'; });
}

Address of_process(const std::string& pid)
{
    std::error_code error;
    if (!fs::exists("/proc/" + pid, error)) return {{}, fmt::format("there is no process {} (it has ended)", pid)};
    const auto mapped = look_into(pid);
    if (!mapped.directory.empty()) return {mapped.directory, {}};
    if (!mapped.readable)
        return {
            {},
            fmt::format("process {} is another user's, or has ended but for its entry: it cannot be looked into", pid)};
    if (!mapped.armed)
        return {{}, fmt::format("process {} runs without Faultline (start it by 'faultline run --control')", pid)};
    return {{}, fmt::format("process {} cannot be changed while it runs (start it by 'faultline run --control')", pid)};
}

/// The names that a process goes by: that of its file's, and what it was called by.
std::set<std::string> names_of(const fs::path& process)
{
    std::set<std::string> names;
    std::string line;
    if (std::ifstream file(process / "comm"); std::getline(file, line)) names.insert(line);
    if (std::ifstream file(process / "cmdline"); std::getline(file, line, '\0'))
        names.insert(fs::path(line).filename().string());
    return names;
}

Address of_name(const std::string& name)
{
    std::set<std::string> runs;
    std::vector<std::string> pids;
    bool any = false;
    std::error_code error;
    for (const auto& process : fs::directory_iterator("/proc", error)) {
        const auto pid = process.path().filename().string();
        if (!is_number(pid) || !names_of(process.path()).contains(name)) continue;
        any = true;
        const auto mapped = look_into(pid);
        if (mapped.directory.empty() || !runs.insert(mapped.directory).second) continue;
        pids.push_back(pid);
    }
    if (runs.size() == 1) return {*runs.begin(), {}};
    if (runs.size() > 1)
        return {{},
                fmt::format("'{}' runs in {} runs: say which by a process of it ({})", name, runs.size(),
                            fmt::join(pids, ", "))};
    return {{},
            any ? fmt::format("no process named '{}' can be changed (start it by 'faultline run --control')", name)
                : fmt::format("there is no process named '{}', and no such directory", name)};
}

/// A run's directory lies in another one, and either may be named.
Address of_directory(const fs::path& named)
{
    std::error_code error;
    if (fs::exists(named / plan::control_name, error)) return {fs::absolute(named).lexically_normal().string(), {}};
    for (const auto& inner : fs::directory_iterator(named, error))
        if (fs::exists(inner.path() / plan::control_name, error)) return {inner.path().string(), {}};
    return {{},
            fmt::format("{}: there is no run in this directory that can be changed (start it by 'faultline run "
                        "--control')",
                        named.string())};
}

} // namespace

Address find_run(const std::string& target)
{
    std::error_code error;
    if (is_number(target)) return of_process(target);
    if (target.find('/') != std::string::npos || fs::is_directory(target, error)) {
        if (!fs::is_directory(target, error))
            return {{}, fmt::format("{}: the run has ended: its directory is gone", target)};
        return of_directory(target);
    }
    return of_name(target);
}

} // namespace faultline::control
