#include "run/trials.hpp"

#include "run/ddmin.hpp"
#include "run/environment.hpp"

#include <charconv>
#include <csignal>
#include <cstring>
#include <fmt/format.h>
#include <sys/wait.h>

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

/// The exit status of a command for sh; 127 where there is no shell.
int shell(const std::string& command, std::vector<std::string> environment)
{
    Request request;
    request.command = {"/bin/sh", "-c", command};
    request.environment = std::move(environment);
    const auto outcome = run(request);
    return outcome.refusal ? 127 : status_of(outcome.status);
}

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
    const auto judged = shell(setting_.condition.command, {fmt::format("FAULT_EXIT={}", status_of(outcome.status)),
                                                           fmt::format("FAULT_OUTPUT={}/output", directory),
                                                           fmt::format("FAULT_ERROR={}/error", directory)});
    if (judged == 126 || judged == 127) {
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
    const RunDirectory outputs;
    if (outputs.path().empty()) {
        result_.problem = "no directory can be made under TMPDIR or /tmp for what the runs print";
        return result_;
    }
    try {
        result_.happened = happens(replay_.all(), outputs.path());
        if (!result_.happened) return result_;
        result_.needed = ddmin(replay_.parts.size(),
                               [&](const std::vector<std::size_t>& some) { return happens(some, outputs.path()); });
    } catch (const Stopped&) {
    }
    return result_;
}

} // namespace faultline::run
