#include "explore/outcome.hpp"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <fmt/format.h>
#include <iterator>
#include <sys/wait.h>
#include <unistd.h>

namespace faultline::explore {

namespace {

std::string signal_name(int signal)
{
    const char* const name = sigabbrev_np(signal);
    return name != nullptr ? fmt::format("SIG{}", name) : fmt::format("signal {}", signal);
}

bool starts_with_any(std::string_view path, std::initializer_list<std::string_view> prefixes)
{
    return std::ranges::any_of(prefixes, [&](std::string_view prefix) { return path.starts_with(prefix); });
}

/// The part of a tree that is the command's result: what it leaves in its temporary directory is not.
Tree results(const Tree& tree)
{
    Tree result;
    for (const auto& [path, entry] : tree)
        if (!starts_with_any(path, {"tmp/"})) result.emplace(path, entry);
    return result;
}

/// Files that are neither there before the command nor after it, without faults.
std::vector<std::string> strays(const Baseline& baseline, const Tree& expected, const Tree& seen)
{
    std::vector<std::string> result;
    for (const auto& [path, entry] : seen)
        if (!expected.contains(path) && !baseline.pristine.contains(path)) result.push_back(path);
    return result;
}

std::string without(std::string_view text, std::string_view known)
{
    // Lines that a run without faults says as well are not what it says about the fault.
    std::string rest;
    while (!text.empty()) {
        const auto end = text.find('\n');
        const auto line = text.substr(0, end);
        if (!line.empty() && known.find(line) == std::string_view::npos) rest += std::string(line) + "\n";
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return rest;
}

/// Whether text that only this run printed speaks of trouble.
bool complains(std::string_view text)
{
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(),
                           [](unsigned char byte) { return static_cast<char>(std::tolower(byte)); });
    return std::ranges::any_of(std::array{"error", "fail", "cannot", "can't", "could not", "couldn't", "unable",
                                          "warning", "no space", "denied", "out of memory", "exhausted", "fatal"},
                               [&](const char* word) { return lower.find(word) != std::string::npos; });
}

/// Whether a fault was in what makes sure that an effect is there: when that fails, it cannot be known whether it is.
bool leaves_doubt(const Observation& seen)
{
    return seen.struck.empty() || std::ranges::any_of(seen.struck, [](const Struck& each) {
               return each.function.find("close") != std::string::npos ||
                      each.function.find("sync") != std::string::npos || each.function == "fflush";
           });
}

/// Whether more than one place was struck: then what would clean up may have been struck too.
bool is_beset(const Observation& seen)
{
    return std::ranges::any_of(seen.struck, [&](const Struck& each) {
        const auto& first = seen.struck.front();
        return each.site != first.site || each.function != first.function;
    });
}

bool removes(const Struck& each)
{
    return each.function.starts_with("unlink") || each.function == "remove" || each.function == "rmdir";
}

bool to_standard_error(const Struck& each) { return each.descriptor == STDERR_FILENO; }

/// Whether after a fault the program was kept from speaking by another one.
bool spoke_in_vain(const Observation& seen)
{
    const auto& struck = seen.struck;
    return !struck.empty() && std::any_of(std::next(struck.begin()), struck.end(), to_standard_error);
}

/// A run that gave up: it has to have said so, and left nothing behind.
Outcome classify_failure(const Baseline& baseline, const Observation& seen, bool says, const Tree& expected,
                         const Tree& tree)
{
    const auto status = seen.end.exit_status();
    if (leaves_doubt(seen)) {
        // to report failure is right, whatever became of it
    } else if (seen.recovery && baseline.recovery_of_run && !seen.recovery->timed_out) {
        const auto after = results(baseline.mask.tree(*seen.recovered_tree));
        const auto twice = results(baseline.mask.tree(baseline.recovered_run));
        const auto once = results(baseline.mask.tree(baseline.recovered_pristine));
        if (twice != once && after == twice)
            return {Class::false_failure,
                    fmt::format("exit status {}, yet its effect is there after recovery", status)};
    } else if (baseline.recovery_of_run && results(tree) == results(expected)) {
        const auto twice = results(baseline.mask.tree(baseline.recovered_run));
        if (twice != results(baseline.mask.tree(baseline.recovered_pristine)))
            return {Class::false_failure, fmt::format("exit status {}, yet all was done", status)};
    }
    // What cannot be removed has to stay.
    const bool removal = !seen.struck.empty() && std::ranges::all_of(seen.struck, removes);
    const bool beset = is_beset(seen);
    if (const auto stray = strays(baseline, expected, tree); !stray.empty() && !beset && !(removal && says))
        return {Class::leak, fmt::format("{} stays behind", stray.front())};
    // A program that is kept from speaking cannot say why it fails.
    const bool silenced = std::ranges::any_of(seen.struck, [beset](const Struck& each) {
        return to_standard_error(each) || (beset && each.descriptor == STDOUT_FILENO);
    });
    if (!says && silenced) return {Class::clean_fail, fmt::format("exit status {}, and no way to say why", status)};
    if (!says) return {Class::mute_fail, fmt::format("exit status {}, and not a word", status)};
    return {Class::clean_fail, fmt::format("exit status {}", status)};
}

} // namespace

bool End::crashed() const { return !timed_out && WIFSIGNALED(status); }
int End::exit_status() const { return WIFEXITED(status) ? WEXITSTATUS(status) : -1; }
int End::signal() const { return WIFSIGNALED(status) ? WTERMSIG(status) : 0; }

std::string difference(const Tree& expected, const Tree& seen)
{
    std::string first;
    std::size_t count = 0;
    const auto note = [&](const std::string& path, std::string_view what) {
        if (count++ == 0) first = fmt::format("{} {}", path.substr(path.find('/') + 1), what);
    };
    for (const auto& [path, entry] : expected) {
        const auto other = seen.find(path);
        if (other == seen.end())
            note(path, "is missing");
        else if (other->second.type != entry.type)
            note(path, "is something else");
        else if (other->second.size == 0 && entry.size != 0)
            note(path, "is empty");
        else if (other->second.hash != entry.hash || other->second.size != entry.size)
            note(path, "differs");
        else if (other->second.mode != entry.mode)
            note(path, fmt::format("has mode {:04o} for {:04o}", other->second.mode, entry.mode));
    }
    for (const auto& [path, entry] : seen)
        if (!expected.contains(path)) note(path, "should not be there");
    return count <= 1 ? first : fmt::format("{}, and {} more", first, count - 1);
}

bool needs_recovery(const Baseline& baseline, const Observation& seen)
{
    if (!baseline.recovery_of_run || seen.end.timed_out) return false;
    const auto tree = results(baseline.mask.tree(seen.tree));
    return tree != results(baseline.mask.tree(baseline.run.tree)) &&
           tree != results(baseline.mask.tree(baseline.pristine));
}

Outcome classify(const Baseline& baseline, const Observation& seen)
{
    const auto& mask = baseline.mask;
    const auto& end = seen.end;
    if (seen.fired == 0)
        return end.timed_out ? Outcome{Class::unstable, "it hangs, though no fault fired"}
                             : Outcome{Class::not_reached, {}};
    if (end.timed_out) {
        return {Class::hang, end.busy ? "spin" : "blocked"};
    }
    const bool as_usual = end.status == baseline.run.end.status;
    if (end.signal() == SIGABRT && !as_usual) return {Class::abort, "SIGABRT"};
    // A program that writes to a pipe without a reader is meant to end so.
    if (end.signal() == SIGPIPE && !as_usual) return {Class::clean_fail, "SIGPIPE"};
    if (end.crashed() && !as_usual) return {Class::crash, signal_name(end.signal())};
    if (seen.died.size() > baseline.run.died.size())
        return {Class::crash, fmt::format("{} was killed", seen.died.front())};
    const auto failed = [](const std::optional<End>& command) { return command && command->status != 0; };
    if (failed(seen.check) || failed(seen.recovered_check))
        return {Class::corrupt, failed(seen.check) ? "--check fails" : "--check fails after recovery"};
    if (seen.recovery) {
        const auto& usual = *seen.recovery;
        if (usual.timed_out) return {Class::cannot_recover, "the recovery hangs"};
        // Who gives up and may not clean up either cannot be asked for more.
        const bool stuck = end.exit_status() != 0 && is_beset(seen) && std::ranges::any_of(seen.struck, removes);
        if (!stuck && usual.status != baseline.recovery_of_pristine->status &&
            usual.status != baseline.recovery_of_run->status)
            return {Class::cannot_recover,
                    usual.crashed() ? fmt::format("the recovery is killed by {}", signal_name(usual.signal()))
                                    : fmt::format("the recovery exits {}", usual.exit_status())};
    }

    const auto out = mask.out(seen.out);
    const auto usual_out = mask.out(baseline.run.out);
    const auto new_words = without(mask.err(seen.err), mask.err(baseline.run.err));
    const auto new_output = out == usual_out ? std::string() : without(out, usual_out);
    const bool says = !new_words.empty() || complains(new_output) || spoke_in_vain(seen);
    const auto expected = mask.tree(baseline.run.tree);
    const auto tree = mask.tree(seen.tree);
    if (!as_usual && end.exit_status() != 0) return classify_failure(baseline, seen, says, expected, tree);

    std::string wrong = difference(results(expected), results(tree));
    if (!wrong.empty() && seen.recovered_tree) {
        const auto after = results(mask.tree(*seen.recovered_tree));
        const auto of_run = results(mask.tree(baseline.recovered_run));
        const auto of_pristine = results(mask.tree(baseline.recovered_pristine));
        if (of_run != of_pristine && after == of_pristine)
            return {Class::lost, "it reported success, and after recovery its effect is gone"};
    }
    if (wrong.empty() && out != usual_out) wrong = "standard output differs";
    if (!as_usual) wrong = fmt::format("exit status {} for {}", end.exit_status(), baseline.run.end.exit_status());
    // A file too many beside the right result is litter, not a wrong result.
    const auto stray = strays(baseline, expected, tree);
    const auto without_strays = [&] {
        auto rest = results(tree);
        for (const auto& path : stray)
            rest.erase(path);
        return rest;
    };
    const bool only_litter = as_usual && out == usual_out && !stray.empty() && without_strays() == results(expected);
    if (!wrong.empty() && !only_litter) return {says ? Class::told_wrong : Class::silent_wrong, wrong};
    if (end.left_running > baseline.run.end.left_running)
        return {Class::leak,
                fmt::format("{} processes are left behind", end.left_running - baseline.run.end.left_running)};
    if (!stray.empty() && !is_beset(seen)) return {Class::leak, fmt::format("{} stays behind", stray.front())};
    if (seen.open_descriptors > baseline.run.open_descriptors && baseline.run.open_descriptors >= 0)
        return {Class::leak,
                fmt::format("{} descriptors stay open", seen.open_descriptors - baseline.run.open_descriptors)};
    return {Class::tolerated, {}};
}

} // namespace faultline::explore
