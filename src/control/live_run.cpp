#include "control/live_run.hpp"

#include "control/plan_tree.hpp"
#include "language/fault_option.hpp"
#include "language/toml.hpp"
#include "language/toml_text.hpp"
#include "language/values.hpp"
#include "plan/visit.hpp"
#include "report/sums.hpp"
#include "report/text_file.hpp"
#include "run/run_plan.hpp"
#include "run/run_records.hpp"
#include "run/whole_file.hpp"
#include "sys/syscalls.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fstream>
#include <set>
#include <unistd.h>

namespace faultline::control {

namespace {

namespace fs = std::filesystem;
using language::Value;

/// What only boot sets up cannot come later.
std::vector<std::string> needs_boot(const plan::Plan& now, const plan::Plan& first)
{
    std::vector<std::string> mistakes;
    const auto faults = now.view(now.faults);
    for (std::size_t i = 0; i < faults.size(); ++i) {
        const auto& fault = faults[i];
        if (!fault.enabled) continue;
        if (plan::has(fault.type, plan::trait::planned) && fault.type != first.view(first.faults)[i].type)
            mistakes.push_back(fmt::format("{}: type '{}' needs a plan that the run begins with", now.text(fault.name),
                                           plan::type_name(fault)));
    }
    if (now.names_hosts && !first.names_hosts)
        mistakes.emplace_back("a 'peer' by a host's name needs a plan that the run begins with (write its address)");
    return mistakes;
}

} // namespace

/// A change under way: the plan in force as a tree, for a verb to edit.
class LiveRun::Change {
public:
    explicit Change(LiveRun& run) : run_(run), file_(run::ControlFile::open(run.directory_, problem_))
    {
        if (file_ == nullptr) return;
        auto document = language::read_toml(report::content_of(run.file(run::session_name)));
        root = std::move(document.root);
        root.kind = Value::Kind::table;
        before_ = language::write_toml(root);
    }

    [[nodiscard]] bool possible() const { return file_ != nullptr; }
    [[nodiscard]] Done impossible() const { return mistake(problem_); }
    [[nodiscard]] static Done mistake(std::string text)
    {
        return {.mistakes = {std::move(text)}, .behind = {}, .name = {}};
    }
    [[nodiscard]] run::ControlFile& file() { return *file_; }

    /// Puts the edited plan in force. `options`: what its last tables come from.
    [[nodiscard]] Done carry_out(const std::string& words, const language::FaultOption* option = nullptr)
    {
        const auto text = language::write_toml(root);
        Done done;
        done.generation = file_->page().generation.load();
        if (text == before_) {
            return settle(std::move(done));
        }
        const auto& plan = file_->plan();
        const auto parsed = language::parse_into(file_->room(), text, plan.text(plan.source));
        if (!parsed.mistakes.empty()) return explain(std::move(done), parsed, option);
        const auto first =
            language::parse_into(file_->room(), report::content_of(run_.file(run::first_session_name)), "");
        if (first.block.empty()) return mistake("the plan that the run began with cannot be read");
        done.mistakes = needs_boot(parsed.plan(), first.plan());
        if (!done.mistakes.empty()) return done;
        if (!run::write_whole(run_.file(run::session_name), text))
            return mistake(fmt::format("{} cannot be written to: {}", run_.directory_, std::strerror(errno)));
        done.changed = true;
        done.generation = file_->publish(parsed, words);
        done = settle(std::move(done));
        note(done.generation, words);
        return done;
    }

    [[nodiscard]] Done carry_out_quiet(std::int64_t nanoseconds, const std::string& words)
    {
        Done done;
        done.changed = true;
        done.generation = file_->quiet(nanoseconds, words);
        done = settle(std::move(done));
        note(done.generation, words);
        return done;
    }

    Value root;

private:
    [[nodiscard]] Done settle(Done done) const
    {
        const auto begin = std::chrono::steady_clock::now();
        done.behind = await(run_.directory_, done.generation, run_.patience_ns);
        done.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        return done;
    }
    /// The mistakes of a plan that is none, in the words of the option that brought it where there is one.
    [[nodiscard]] Done explain(Done done, const language::Parsed& parsed, const language::FaultOption* option)
    {
        if (option != nullptr) {
            const auto& plan = file_->plan();
            const auto alone = language::parse("", plan.text(plan.source), {&option->table, 1});
            for (const auto& mistake : alone.mistakes)
                done.mistakes.push_back(run::explained(mistake, {*option}));
        }
        if (done.mistakes.empty())
            for (const auto& mistake : parsed.mistakes)
                done.mistakes.push_back(mistake.text);
        return done;
    }
    void note(std::uint32_t generation, const std::string& words) const
    {
        std::ofstream(run_.file(run::changes_name), std::ios::app)
            << generation << '\t' << std::time(nullptr) << '\t' << words << '\n';
    }

    LiveRun& run_;
    std::string problem_;
    std::unique_ptr<run::ControlFile> file_;
    std::string before_;
};

std::string LiveRun::file(std::string_view name) const { return fmt::format("{}/{}", directory_, name); }

bool LiveRun::gone() const
{
    std::error_code error;
    return !fs::exists(file(plan::control_name), error);
}

report::Records LiveRun::records() const
{
    std::string problem;
    const auto file = run::ControlFile::open(directory_, problem);
    return file == nullptr ? report::Records{} : records(file->plan());
}

report::Records LiveRun::records(const plan::Plan& plan) const
{
    report::Records records;
    for (const auto& image : run::images_of(directory_)) {
        std::error_code error;
        if (fs::exists(image.ledger, error))
            report::load(image.ledger, records, {}, &plan);
        else if (fs::exists(image.json, error))
            report::load(image.json, records);
    }
    if (std::error_code error; fs::exists(file("reserve"), error)) report::load(file("reserve"), records, {}, &plan);
    return records;
}

std::vector<FaultState> LiveRun::faults(std::string& problem) const
{
    std::vector<FaultState> states;
    const auto file = run::ControlFile::open(directory_, problem);
    if (file == nullptr) return states;
    const auto& plan = file->plan();
    const auto sum = report::sum(records(plan));
    for (const auto& fault : plan.view(plan.faults)) {
        if (fault.name.count == 0) continue;
        auto& state = states.emplace_back();
        state.name = plan.text(fault.name);
        state.type = plan::type_name(fault);
        state.text = language::describe(plan, fault);
        state.enabled = fault.enabled;
        state.removed = state.name.find(removed_mark) != std::string::npos;
        for (const auto& each : sum.faults)
            if (each.name == state.name) {
                state.matched = each.matched;
                state.triggered = each.triggered;
            }
    }
    return states;
}

LiveRun::Force LiveRun::force() const
{
    Force force;
    const auto file = run::ControlFile::open(directory_, force.problem);
    if (file == nullptr) return force;
    force.generation = file->page().generation.load();
    force.quiet_ns = std::max<std::int64_t>(0, file->page().quiet_until.load() - sys::now(CLOCK_MONOTONIC));
    return force;
}

Done LiveRun::enable(const std::vector<std::string>& names, bool enabled)
{
    Change change(*this);
    if (!change.possible()) return change.impossible();
    for (const auto& name : names) {
        auto* const fault = find(change.root, name);
        if (fault == nullptr || is_removed(*fault)) return Change::mistake(unknown(change.root, name));
        put(*fault, "enabled", truth_value(enabled));
    }
    return change.carry_out(fmt::format("{} {}", enabled ? "enable" : "disable", fmt::join(names, " ")));
}

Done LiveRun::set(const std::string& name, const std::vector<std::string>& items)
{
    Change change(*this);
    if (!change.possible()) return change.impossible();
    auto* const fault = find(change.root, name);
    if (fault == nullptr || is_removed(*fault)) return Change::mistake(unknown(change.root, name));
    const auto* const type = fault->find("type");
    std::set<std::string> names;
    const auto option = language::parse_fault_option(
        fmt::format("x:type={},{}", type == nullptr ? "errno" : type->text, fmt::join(items, ",")), 1, names);
    if (!option.problem.empty()) return Change::mistake(fmt::format("set {}: {}", name, option.problem));
    for (const auto& [key, value] : option.table.entries) {
        const bool ours =
            key.name == "functions" || key.name == "type" || (key.name == "name" && value.text.starts_with("x-"));
        if (key.name == "name" && !ours)
            return Change::mistake("a fault keeps its name (replace it to give it another)");
        if (!ours) put(*fault, key.name, value);
    }
    auto done = change.carry_out(fmt::format("set {} {}", name, fmt::join(items, " ")));
    for (auto& mistake : done.mistakes)
        mistake = fmt::format("set {}: {}", name, mistake);
    return done;
}

Done LiveRun::add(const std::string& given)
{
    Change change(*this);
    if (!change.possible()) return change.impossible();
    auto names = names_in(change.root);
    const auto option = language::parse_fault_option(given, 1, names);
    if (!option.problem.empty()) return Change::mistake(fmt::format("'{}': {}", given, option.problem));
    const auto name = name_of(option.table);
    if (name.find(removed_mark) != std::string::npos)
        return Change::mistake(fmt::format("'{}': a name must not contain '{}'", name, removed_mark));
    if (find(change.root, name) != nullptr)
        return Change::mistake(
            fmt::format("there is a fault '{}' already (replace it, or give this one another name)", name));
    faults_of(change.root).push_back(option.table);
    auto done = change.carry_out(fmt::format("add {} {}", name, given), &option);
    done.name = name;
    return done;
}

Done LiveRun::remove(const std::vector<std::string>& names)
{
    Change change(*this);
    if (!change.possible()) return change.impossible();
    for (const auto& name : names) {
        auto* const fault = find(change.root, name);
        if (fault == nullptr || is_removed(*fault)) return Change::mistake(unknown(change.root, name));
        retire(change.root, *fault);
    }
    for (const auto& fault : faults_of(change.root))
        if (const auto* const awaited = fault.find("after_fault");
            awaited != nullptr && std::ranges::count(names, awaited->text) != 0)
            return Change::mistake(
                fmt::format("'{}' begins when '{}' has fired (remove that one too)", name_of(fault), awaited->text));
    return change.carry_out(fmt::format("remove {}", fmt::join(names, " ")));
}

Done LiveRun::replace(const std::string& name, const std::string& given)
{
    Change change(*this);
    if (!change.possible()) return change.impossible();
    auto* const fault = find(change.root, name);
    if (fault == nullptr || is_removed(*fault)) return Change::mistake(unknown(change.root, name));
    auto names = names_in(change.root);
    auto option = language::parse_fault_option(given, 1, names);
    if (!option.problem.empty()) return Change::mistake(fmt::format("'{}': {}", given, option.problem));
    retire(change.root, *fault);
    put(option.table, "name", text_value(name));
    faults_of(change.root).push_back(option.table);
    auto done = change.carry_out(fmt::format("replace {} {}", name, given), &option);
    done.name = name;
    return done;
}

Done LiveRun::load(const std::string& path)
{
    const auto parsed = language::load(path, language::Needs::nothing);
    Done bad;
    for (const auto& mistake : parsed.mistakes)
        bad.mistakes.push_back(mistake.at(path));
    if (!bad.mistakes.empty()) return bad;
    Change change(*this);
    if (!change.possible()) return change.impossible();
    auto wanted = language::read_toml(report::content_of(path)).root;
    auto& faults = faults_of(wanted);
    std::set<std::string> kept;
    for (auto& fault : faults_of(change.root)) {
        if (is_removed(fault)) continue;
        const auto text = language::write_value(fault);
        const bool same =
            std::ranges::any_of(faults, [&](const auto& each) { return language::write_value(each) == text; });
        if (same)
            kept.insert(name_of(fault));
        else
            retire(change.root, fault);
    }
    for (const auto& fault : faults)
        if (!kept.contains(name_of(fault))) faults_of(change.root).push_back(fault);
    return change.carry_out(fmt::format("load {}", path));
}

Done LiveRun::reset()
{
    Change change(*this);
    if (!change.possible()) return change.impossible();
    auto first = language::read_toml(report::content_of(file(run::first_session_name))).root;
    auto& wanted = faults_of(first);
    auto& faults = faults_of(change.root);
    for (std::size_t i = wanted.size(); i < faults.size(); ++i)
        if (!is_removed(faults[i])) retire(change.root, faults[i]);
    for (std::size_t i = 0; i < wanted.size() && i < faults.size(); ++i)
        faults[i] = wanted[i];
    return change.carry_out("reset");
}

Done LiveRun::quiet(const std::string& duration)
{
    const auto parsed = language::parse_duration(duration);
    if (!parsed.value) return Change::mistake(fmt::format("quiet {}: {}", duration, parsed.problem));
    Change change(*this);
    if (!change.possible()) return change.impossible();
    return change.carry_out_quiet(static_cast<std::int64_t>(*parsed.value), fmt::format("quiet {}", duration));
}

Done LiveRun::hold(const std::string& given)
{
    Change change(*this);
    if (!change.possible()) return change.impossible();
    const auto colon = given.find(':');
    const auto rest = colon == std::string::npos ? std::string() : given.substr(colon + 1);
    const bool waits = rest.starts_with("delay=") || rest.find(",delay=") != std::string::npos;
    // Each has a file of its own, so that a thread that still waits for an earlier one is not mixed up with it.
    const auto release = file(fmt::format("released.{}", faults_of(change.root).size()));
    const auto option_text = fmt::format("{}:type=hold,file=\"{}\"{}{}{}", given.substr(0, colon), release,
                                         waits ? "" : ",delay=1h", rest.empty() ? "" : ",", rest);
    auto names = names_in(change.root);
    const auto option = language::parse_fault_option(option_text, 1, names);
    if (!option.problem.empty()) return Change::mistake(fmt::format("hold {}: {}", given, option.problem));
    const auto name = name_of(option.table);
    if (find(change.root, name) != nullptr) return Change::mistake(fmt::format("there is a fault '{}' already", name));
    faults_of(change.root).push_back(option.table);
    auto done = change.carry_out(fmt::format("hold {} {}", name, given), &option);
    done.name = name;
    return done;
}

Done LiveRun::release(const std::vector<std::string>& names)
{
    Change change(*this);
    if (!change.possible()) return change.impossible();
    std::vector<std::string> files;
    for (const auto& name : names) {
        auto* const fault = find(change.root, name);
        if (fault == nullptr || is_removed(*fault)) return Change::mistake(unknown(change.root, name));
        const auto* const waits_for = fault->find("file");
        if (waits_for == nullptr)
            return Change::mistake(
                fmt::format("'{}' holds nothing: it is of type {}", name, fault->find("type")->text));
        files.push_back(waits_for->text);
        retire(change.root, *fault);
    }
    auto done = change.carry_out(fmt::format("release {}", fmt::join(names, " ")));
    if (!done.mistakes.empty()) return done;
    for (const auto& each : files)
        std::ofstream(each, std::ios::app).flush();
    return done;
}

} // namespace faultline::control
