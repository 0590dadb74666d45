#include "control/verbs.hpp"

#include <fmt/format.h>
#include <limits>

namespace faultline::control {

namespace {

using Words = std::vector<std::string>;
constexpr auto any = std::numeric_limits<std::size_t>::max();

constexpr Verb all[] = {
    {"enable", 1, any, "enable NAME…", [](LiveRun& run, const Words& words) { return run.enable(words, true); }},
    {"disable", 1, any, "disable NAME…", [](LiveRun& run, const Words& words) { return run.enable(words, false); }},
    {"set", 2, any, "set NAME KEY=VALUE…",
     [](LiveRun& run, const Words& words) {
         return run.set(words.front(), {words.begin() + 1, words.end()});
     }},
    {"add", 1, 1, "add FUNCTIONS:KEY=VALUE,…", [](LiveRun& run, const Words& words) { return run.add(words.front()); }},
    {"remove", 1, any, "remove NAME…", [](LiveRun& run, const Words& words) { return run.remove(words); }},
    {"replace", 2, 2, "replace NAME FUNCTIONS:KEY=VALUE,…",
     [](LiveRun& run, const Words& words) { return run.replace(words[0], words[1]); }},
    {"load", 1, 1, "load PLAN", [](LiveRun& run, const Words& words) { return run.load(words.front()); }},
    {"reset", 0, 0, "reset", [](LiveRun& run, const Words&) { return run.reset(); }},
    {"quiet", 1, 1, "quiet DURATION", [](LiveRun& run, const Words& words) { return run.quiet(words.front()); }},
    {"hold", 1, 1, "hold FUNCTIONS[:KEY=VALUE,…]",
     [](LiveRun& run, const Words& words) { return run.hold(words.front()); }},
    {"release", 1, any, "release NAME…", [](LiveRun& run, const Words& words) { return run.release(words); }},
};

} // namespace

std::span<const Verb> verbs() noexcept { return all; }

std::optional<Done> perform(LiveRun& run, const std::string& verb, const Words& words)
{
    for (const auto& each : all) {
        if (each.name != verb) continue;
        if (words.size() < each.least || words.size() > each.most)
            return Done{.mistakes = {fmt::format("it is: {}", each.usage)}, .behind = {}, .name = {}};
        return each.perform(run, words);
    }
    return std::nullopt;
}

std::string words(const Member& behind)
{
    return fmt::format("process {} ({}) {}", behind.pid, behind.program,
                       behind.sealed ? "shut itself off from system calls (seccomp) and keeps the plan that it had"
                                     : "has not taken the change over yet: it makes no call that Faultline sees");
}

} // namespace faultline::control
