#include "run/trials.hpp"

#include "run/ddmin.hpp"

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

namespace faultline::run {

namespace {

struct Stopped {}; // what was found stands in the result

int signal_of(std::string name)
{
    if (name.starts_with("SIG")) name.erase(0, 3);
    for (int number = 1; number < NSIG; ++number)
        if (const auto* const abbreviation = ::sigabbrev_np(number); abbreviation != nullptr && name == abbreviation)
            return number;
    return 0;
}

/// The exit status of a command for sh; -1: there is none.
int shell(const std::string& command, const std::vector<std::pair<std::string, std::string>>& environment)
{
    const auto child = ::fork();
    if (child == 0) {
        for (const auto& [name, value] : environment)
            ::setenv(name.c_str(), value.c_str(), 1);
        ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
        ::_exit(127);
    }
    int status = 0;
    while (child > 0 && ::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return child > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// A directory for what runs print, as long as this lives.
struct Outputs {
    std::string path;
    Outputs()
    {
        std::error_code error;
        auto name = (std::filesystem::temp_directory_path(error) / "faultline-minimise.XXXXXX").string();
        if (!error && ::mkdtemp(name.data()) != nullptr) path = name;
    }
    ~Outputs()
    {
        std::error_code error;
        if (!path.empty()) std::filesystem::remove_all(path, error);
    }
    Outputs(const Outputs&) = delete;
    Outputs& operator=(const Outputs&) = delete;
};

} // namespace

Condition Condition::from(const std::string& text, std::string& problem)
{
    constexpr std::string_view exit = "exit=", signal = "signal=";
    Condition condition;
    if (text.empty()) problem = "say what has to hold still: exit=N, signal=NAME, hang, or a command";
    if (text == "hang") {
        condition.of = Of::hang;
    } else if (text.starts_with(exit)) {
        condition.of = Of::exit;
        const auto* const end = text.data() + text.size();
        const auto [stop, error] = std::from_chars(text.data() + exit.size(), end, condition.number);
        if (error != std::errc() || stop != end || condition.number < 0 || condition.number > 255)
            problem = fmt::format("'{}' is no exit status (0 to 255)", text.substr(exit.size()));
    } else if (text.starts_with(signal)) {
        condition.of = Of::signal;
        condition.number = signal_of(text.substr(signal.size()));
        if (condition.number == 0)
            problem = fmt::format("'{}' is no signal (SEGV, ABRT, …)", text.substr(signal.size()));
    }
    condition.command = text;
    return condition;
}

bool Trials::holds(const Outcome& outcome, const std::string& directory)
{
    const bool exited = WIFEXITED(outcome.status);
    switch (setting_.condition.of) {
    case Condition::Of::exit:
        return !outcome.timed_out && exited && WEXITSTATUS(outcome.status) == setting_.condition.number;
    case Condition::Of::signal:
        return !outcome.timed_out && !exited && WTERMSIG(outcome.status) == setting_.condition.number;
    case Condition::Of::hang:
        return outcome.timed_out;
    case Condition::Of::command:
        break;
    }
    const auto status = exited ? WEXITSTATUS(outcome.status) : 128 + WTERMSIG(outcome.status);
    const auto judged = shell(setting_.condition.command, {{"FAULT_EXIT", std::to_string(status)},
                                                           {"FAULT_OUTPUT", directory + "/output"},
                                                           {"FAULT_ERROR", directory + "/error"}});
    if (judged < 0 || judged == 126 || judged == 127) {
        result_.problem = fmt::format("--while '{}' cannot be run", setting_.condition.command);
        throw Stopped();
    }
    return judged == 0;
}

bool Trials::happens(const std::vector<std::size_t>& chosen, const std::string& directory)
{
    if (setting_.told) setting_.told(result_.trials, chosen.size());
    if (!setting_.before.empty())
        if (const auto status = shell(setting_.before, {}); status != 0) {
            result_.problem = fmt::format("--before '{}' exited {}", setting_.before, status);
            throw Stopped();
        }
    Request request;
    request.command = setting_.command;
    request.plan = replay_.plan(chosen);
    if (!request.plan->mistakes.empty()) {
        result_.problem = request.plan->mistakes.front();
        throw Stopped();
    }
    request.limits.real_ns = setting_.timeout_ns;
    request.contained = true;
    request.input = "/dev/null";
    request.output = directory + "/output";
    request.error = directory + "/error";
    auto outcome = run(request);
    ++result_.trials;
    if (outcome.refusal) {
        result_.refusal = std::move(outcome.refusal);
        throw Stopped();
    }
    result_.why = outcome.timed_out ? "it took longer than --timeout" : "it " + ending(outcome.status);
    return holds(outcome, directory);
}

Trials::Result Trials::minimise()
{
    const Outputs outputs;
    if (outputs.path.empty()) {
        result_.problem = fmt::format("there is no directory for what the runs print: {}", std::strerror(errno));
        return result_;
    }
    try {
        result_.happened = happens(replay_.all(), outputs.path);
        if (!result_.happened) return result_;
        result_.needed = ddmin(replay_.parts.size(),
                               [&](const std::vector<std::size_t>& some) { return happens(some, outputs.path); });
    } catch (const Stopped&) {
    }
    return result_;
}

} // namespace faultline::run
