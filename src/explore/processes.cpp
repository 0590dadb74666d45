#include "explore/processes.hpp"

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <string>
#include <unistd.h>

namespace faultline::explore {

namespace {

bool has_running_thread(pid_t session)
{
    std::error_code error;
    for (const auto& process : std::filesystem::directory_iterator("/proc", error)) {
        if (std::atoi(process.path().filename().c_str()) <= 0) continue;
        for (const auto& thread : std::filesystem::directory_iterator(process.path() / "task", error)) {
            std::ifstream file(thread.path() / "stat");
            std::string text;
            std::getline(file, text);
            const auto name_end = text.rfind(')');
            char state = 0;
            int parent = 0, group = 0, its_session = 0;
            if (name_end != std::string::npos &&
                std::sscanf(text.c_str() + name_end + 1, " %c %d %d %d", &state, &parent, &group, &its_session) == 4 &&
                its_session == session && state == 'R')
                return true;
        }
    }
    return false;
}

} // namespace

std::int64_t now_ns()
{
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

double cpu_of(const rusage& usage)
{
    const auto seconds = [](timeval time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double cpu_of_children()
{
    rusage usage{};
    ::getrusage(RUSAGE_CHILDREN, &usage);
    return cpu_of(usage);
}

std::vector<pid_t> children()
{
    std::vector<pid_t> result;
    const int fd = ::open(fmt::format("/proc/self/task/{}/children", ::gettid()).c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return result;
    std::string text(1U << 16U, '\0');
    const auto got = ::read(fd, text.data(), text.size());
    ::close(fd);
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    const char* at = text.c_str();
    char* after = nullptr;
    for (long pid = 0; (pid = std::strtol(at, &after, 10)) > 0; at = after)
        result.push_back(static_cast<pid_t>(pid));
    return result;
}

bool is_busy(pid_t session)
{
    constexpr int looks = 5;
    int busy = 0;
    for (int look = 0; look < looks; ++look) {
        busy += has_running_thread(session) ? 1 : 0;
        const timespec rest{0, 3'000'000};
        ::nanosleep(&rest, nullptr);
    }
    return busy > looks / 2;
}

} // namespace faultline::explore
