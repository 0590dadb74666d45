#include "driver.hpp"

#include "../slurp.hpp"

#include "calls/errors.hpp"
#include "door/pointers.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <iostream>
#include <sstream>

namespace rows {

namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;
using calls::Failure;
using faultline::test::slurp;

constexpr int given_back = 77; // what a `returns` fault returns

std::string text_of(const Outcome& outcome) { return {outcome.text, outcome.length}; }

std::string ending(int status)
{
    if (WIFSIGNALED(status)) return std::string("signal ") + sigabbrev_np(WTERMSIG(status));
    return "status " + std::to_string(WEXITSTATUS(status));
}

/// The result's bits as an integer of its own width.
std::int64_t narrowed(const Outcome& outcome, std::int64_t value)
{
    if (outcome.width == 1) return value & 0xff;
    if (outcome.width == 2) return value & 0xffff;
    return outcome.width == 4 ? static_cast<std::int64_t>(value & 0xffff'ffff) : value;
}

} // namespace

int Driver::start(const std::vector<std::string>& arguments, const fs::path& plan, const fs::path& stats,
                  const fs::path& errors, pid_t& pid)
{
    const std::vector<std::string> environment{"PATH=/usr/bin:/bin", "TZ=UTC", "LD_PRELOAD=" + library_,
                                               "FAULT_CONFIG=" + plan.string(), "FAULT_STATS=" + stats.string()};
    std::vector<std::string> words{self_};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return spawn(words, environment, errors, arguments[0] == "--strike", pid);
}

int Driver::spawn(const std::vector<std::string>& words, const std::vector<std::string>& environment,
                  const fs::path& errors, bool limited, pid_t& pid)
{
    const auto argv = faultline::door::pointers(words), envp = faultline::door::pointers(environment);
    pid = fork();
    if (pid == 0) {
        dup2(open(errors.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600), 2);
        close_range(3, ~0U, 0);
        execve(argv[0], argv.data(), envp.data());
        _exit(98);
    }
    int status = 0;
    if (limited) return reap(pid);
    waitpid(pid, &status, 0);
    return status;
}

void Driver::compare(const Subject& subject)
{
    const auto& reference = *map_outcome(root_ / "reference" / subject.name() / "outcome");
    const auto& pass = *map_outcome(root_ / "pass" / subject.name() / "outcome");
    if (reference.missing) return absent_.push_back(subject.name());
    const bool starts = subject.spec().tracks == calls::Tracks::starts;
    const bool may_end = (subject.test->flags & ends) != 0;
    if (!may_end && ending(reference.status) != "status 0")
        return complain(subject, "the case itself ends with " + ending(reference.status) + ": " +
                                     slurp(root_ / "reference" / subject.name() / "work/stderr"));
    if (!reference.called && !starts) return complain(subject, "the case never calls it");
    if (!may_end && !reference.finished) complain(subject, "the case does not reach its end");
    if (reference.told_effect && !reference.effect) complain(subject, "without faults it does not have its effect");

    const auto differs = [&](const std::string& what, const std::string& got, const std::string& wanted) {
        if (got != wanted) complain(subject, "let through, its " + what + " is " + got + ", not " + wanted);
    };
    differs("end", ending(pass.status), ending(reference.status));
    const auto shown = [](const Outcome& outcome) -> std::string {
        switch (outcome.kind) {
        case Outcome::Kind::pointer:
            return outcome.result == 0 ? "null" : outcome.result == -1 ? "-1" : "a pointer";
        case Outcome::Kind::sign:
            return outcome.result < 0 ? "negative" : "not negative";
        default:
            return std::to_string(outcome.result);
        }
    };
    differs("result", shown(pass), shown(reference));
    differs("errno", std::to_string(pass.error), std::to_string(reference.error));
    differs("effect", text_of(pass), text_of(reference));
    if (pass.told_effect && !pass.effect) complain(subject, "let through, it does not have its effect");
    if ((subject.test->flags & (ends | elsewhere | sealing)) != 0 || starts) return;
    const auto file = root_ / "pass-stats" / (std::to_string(pass.pid) + ".json");
    const auto record = Json::parse(slurp(file), nullptr, false);
    if (!record.is_object()) return complain(subject, "let through, it leaves no record");
    const std::string function{subject.spec().function()};
    const auto& functions = record["functions"];
    if (!functions.contains(function) || functions[function]["calls"] < 1)
        complain(subject, "let through, it is not counted");
}

std::string in_words(bool at_door) { return at_door ? "struck at the kernel's door" : "struck"; }

/// The error by which a row is struck; 0: it has no way to report one.
int error_for(const calls::Spec& spec)
{
    if (!spec.can_fail()) return 0;
    if (spec.fails.errors.count != 0) return spec.fails.errors.codes[0];
    return spec.misuse.count != 0 ? spec.misuse.codes[0] : EIO;
}

fs::path Driver::plan_of(const Subject& subject, const fs::path& place, int error)
{
    const auto& spec = subject.spec();
    fs::create_directories(place);
    std::ofstream plan(place / "plan.toml");
    plan << "seed = 1\narm = \"file:" << (place / "armed").string() << "\"\n[[fault]]\nname = \"f\"\nfunctions = [\""
         << spec.function() << "\"]\nmax_triggers = 1\n";
    if (error != 0)
        plan << "type = \"errno\"\nerrno = \"" << calls::error_name(error) << "\"\n";
    else if (spec.tracks == calls::Tracks::exits)
        plan << "type = \"delay\"\ndelay = \"1ms\"\n";
    else
        plan << "type = \"returns\"\nreturns = " << given_back << '\n';
    return place / "plan.toml";
}

void Driver::strike(const Subject& subject)
{
    const auto& spec = subject.spec();
    const auto place = root_ / "strike" / subject.name();
    const auto& reference = *map_outcome(root_ / "reference" / subject.name() / "outcome");
    if (reference.missing) return;
    const bool exits = spec.tracks == calls::Tracks::exits;
    const int error = error_for(spec);
    const auto plan = plan_of(subject, place, error);

    pid_t pid = 0;
    auto& outcome = *map_outcome(place / "outcome");
    outcome.status =
        start({"--strike", subject.name(), place.string()}, plan, place / "stats-%p.json", place / "errors", pid);
    outcome.pid = pid;
    if (spec.tracks == calls::Tracks::starts) {
        if (ending(outcome.status) != "status 125") complain(subject, "a plan that names it is taken");
        return;
    }
    const auto wanted = exits ? ending(reference.status) : "status 0";
    if (ending(outcome.status) != wanted)
        complain(subject, "struck, the process ends with " + ending(outcome.status) + ": " + slurp(place / "errors") +
                              slurp(place / "work/stderr"));
    if (!outcome.called) return complain(subject, "struck, the call is never made");
    if (!exits) judge_strike(subject, outcome, reference, error);
    if ((subject.test->flags & sealing) == 0)
        judge_record(subject, outcome, place / ("stats-" + std::to_string(pid) + ".json"),
                     std::string{calls::error_name(error)});
}

void Driver::strike_at_door(const Subject& subject)
{
    const auto& spec = subject.spec();
    const auto place = root_ / "door" / subject.name();
    const auto& reference = *map_outcome(root_ / "reference" / subject.name() / "outcome");
    if (reference.missing || spec.acts) return; // which this door refuses
    if (spec.name == "sleep") return;           // libc makes a result of its own
    const auto struck = in_words(true);
    const int error = error_for(spec);
    const auto plan = plan_of(subject, place, error);
    pid_t pid = 0;
    const auto& outcome = *map_outcome(place / "outcome");
    const auto status = spawn({command_, "run", "--door", "kernel", "-q", "-c", plan.string(), "--", self_, "--strike",
                               subject.name(), place.string()},
                              {"PATH=/usr/bin:/bin", "TZ=UTC", "FAULT_STATS=" + (place / "stats.json").string()},
                              place / "errors", true, pid);
    if (ending(status) != "status 0")
        return complain(subject, struck + ", the process ends with " + ending(status) + ": " + slurp(place / "errors") +
                                     slurp(place / "work/stderr"));
    if (!outcome.called) return complain(subject, struck + ", the call is never made");
    judge_strike(subject, outcome, reference, error, true);
    judge_record(subject, outcome, place / "stats.json", std::string{calls::error_name(error)}, true);
}

std::set<std::string> Driver::system_calls()
{
    pid_t pid = 0;
    const auto run = [&](std::vector<std::string> words) {
        words.insert(words.begin(), {"/bin/sh", "-c", "exec \"$@\" >\"$0\"", (root_ / "answer").string(), command_});
        return spawn(words, {"PATH=/usr/bin:/bin"}, root_ / "errors", true, pid);
    };
    if (run({"run", "--door", "kernel", "-f", "fsync:EIO", "--", "/bin/true"}) != 0) {
        std::cout << "skipped: the kernel's door cannot be had here\n";
        return {};
    }
    std::set<std::string> all;
    if (run({"list", "--door", "kernel", "--json"}) != 0) wrong_.emplace_back("faultline list --door kernel fails");
    const auto answer = Json::parse(slurp(root_ / "answer"), nullptr, false);
    for (const auto& [function, about] : answer.items())
        if (!about["system_calls"].empty()) all.insert(function);
    return all;
}

void Driver::judge_strike(const Subject& subject, const Outcome& outcome, const Outcome& reference, int error,
                          bool at_door)
{
    const auto struck = in_words(at_door);
    const auto& spec = subject.spec();
    std::int64_t result = 0;
    int left = untouched;
    using enum Failure::Returns;
    switch (spec.fails.returns) {
    case nothing:
        result = given_back;
        break;
    case minus_one:
        result = -1, left = error;
        break;
    case null:
    case zero:
        left = error;
        break;
    case code:
        result = error;
        break;
    case gai_code:
        if (error < 0)
            result = error;
        else
            result = EAI_SYSTEM, left = error;
        break;
    }
    // The row is what the result is measured by, so a row with the wrong manner of failing has to be found another way.
    static const std::set<std::string_view> minus_one_pointers{"mmap",   "mmap64", "mremap",     "shmat",  "sbrk",
                                                               "__sbrk", "signal", "bsd_signal", "ssignal"};
    const bool is_pointer = outcome.kind == Outcome::Kind::pointer;
    const auto wanted = minus_one_pointers.contains(spec.name) ? minus_one : null;
    if (is_pointer && spec.can_fail() && spec.fails.returns != wanted)
        complain(subject,
                 wanted == null ? "its result is a pointer, but its row does not say null" : "its row does not say -1");
    if (!is_pointer && spec.fails.returns == null) complain(subject, "its row says null, but its result is no pointer");
    if (outcome.width != 0 && narrowed(outcome, outcome.result) != narrowed(outcome, result))
        complain(subject,
                 struck + ", it returns " + std::to_string(outcome.result) + ", not " + std::to_string(result));
    // Some set errno before they look at anything (getpriority's callers do); none may do so when they are struck.
    const bool may_set = (spec.acts && spec.fails.returns == nothing) || (at_door && outcome.error == error);
    if (outcome.error != left && !may_set)
        complain(subject,
                 struck + ", it leaves errno " + std::to_string(outcome.error) + ", not " + std::to_string(left));
    if (!outcome.finished) complain(subject, struck + ", the case does not reach its end");
    if (spec.acts && !reference.told_effect) complain(subject, "it acts, but its case does not say whether it did");
    if (outcome.told_effect && outcome.effect != spec.acts)
        complain(subject, struck + (spec.acts ? ", it does not act" : ", it has its effect all the same"));
}

void Driver::judge_record(const Subject& subject, const Outcome& outcome, const fs::path& file,
                          const std::string& error, bool at_door)
{
    const auto struck = in_words(at_door);
    const auto& spec = subject.spec();
    const auto record = Json::parse(slurp(file), nullptr, false);
    if (!record.is_object()) return complain(subject, struck + ", it leaves no record");
    const auto& fault = record["faults"]["f"];
    if (fault["triggered"] != 1 || record["events"].size() != 1)
        return complain(subject, struck + ", its record has " + fault["triggered"].dump() + " strikes");
    const auto& event = record["events"][0];
    const auto same = [&](const char* key, const Json& wanted) {
        const auto got = event.contains(key) ? event[key] : Json();
        if (got != wanted)
            complain(subject, struck + ", the record's " + key + " is " + got.dump() + ", not " + wanted.dump());
    };
    same("target", std::string{spec.function()});
    if (!error.empty()) same("errno", error);
    const bool standard = spec.stream == calls::to_stdout || spec.stream == calls::from_stdin;
    if (standard) same("fd", spec.stream == calls::to_stdout ? 1 : 0);
    const auto told = [&](bool has, bool is_told, const char* key, const Json& value) {
        if (has && !is_told) complain(subject, std::string("its row has a ") + key + ", but its case does not tell it");
        if (is_told && !has)
            complain(subject, std::string("its case tells of a ") + key + ", but its row does not know it");
        if (has && is_told) same(key, value);
    };
    if (!standard) told(spec.has_descriptor(), outcome.told_fd, "fd", outcome.fd);
    const bool cut = at_door && spec.function().starts_with("mq_"); // libc hands over the name without its slash
    told(spec.path != calls::absent, outcome.told_path, "path", std::string{outcome.path + (cut ? 1 : 0)});
    told(spec.has_size(), outcome.told_size, "size", outcome.size);
}

int Driver::run(const char* exports, const std::set<std::string>& only)
{
    auto all = subjects(family_, wrong_);
    compare_exports(exports, wrong_);
    if (!only.empty()) std::erase_if(all, [&](const Subject& subject) { return !only.contains(subject.name()); });
    std::string place = (fs::temp_directory_path() / "faultline-rows.XXXXXX").string();
    if (mkdtemp(place.data()) == nullptr) throw std::runtime_error("mkdtemp");
    root_ = place;
    for (const char* part : {"reference", "pass", "pass-stats", "strike", "door"})
        fs::create_directory(root_ / part);

    if (const pid_t pid = fork(); pid == 0) {
        clearenv();
        setenv("PATH", "/usr/bin:/bin", 1);
        setenv("TZ", "UTC", 1);
        _exit(observe(all, root_ / "reference"));
    } else {
        int status = 0;
        waitpid(pid, &status, 0);
        if (status != 0) wrong_.push_back("the reference run: " + ending(status));
    }
    std::ofstream(root_ / "plan.toml") << "seed = 1\n[[fault]]\nname = \"f\"\nfunctions = [\"*\"]\ntype = \"delay\"\n"
                                          "delay = \"1ms\"\nprobability = 0.0\n";
    pid_t pid = 0;
    std::vector<std::string> arguments{"--observe", family_, (root_ / "pass").string()};
    for (const auto& subject : all)
        arguments.push_back(subject.name());
    const int status = start(arguments, root_ / "plan.toml", root_ / "pass-stats/%p.json", root_ / "errors", pid);
    if (status != 0) wrong_.push_back("the run that lets all pass: " + ending(status) + ": " + slurp(root_ / "errors"));
    const auto at_door = system_calls();
    for (const auto& subject : all) {
        compare(subject);
        strike(subject);
        if (at_door.contains(std::string{subject.spec().function()})) strike_at_door(subject);
    }
    for (const auto& text : wrong_)
        std::cout << text << '\n';
    std::cout << family_ << ": " << all.size() << " rows, " << wrong_.size() << " wrong";
    if (!absent_.empty()) std::cout << "; not in this libc:";
    for (const auto& name : absent_)
        std::cout << ' ' << name;
    std::cout << '\n';
    if (getenv("ROWS_KEEP") != nullptr)
        std::cout << "kept: " << root_.string() << '\n';
    else
        fs::remove_all(root_);
    return wrong_.empty() ? 0 : 1;
}

} // namespace rows
