#include "run/run_plan.hpp"

#include "language/toml.hpp"
#include "language/toml_text.hpp"
#include "report/text_file.hpp"
#include "run/control_file.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <optional>
#include <sys/random.h>

namespace faultline::run {

namespace {

std::string environment(const char* name)
{
    const char* const value = std::getenv(name);
    return value == nullptr ? std::string() : value;
}

} // namespace

std::string explained(const language::Remark& remark, const std::vector<language::FaultOption>& options)
{
    const auto& option = options[static_cast<std::size_t>(remark.option) - 1];
    if (remark.line == 0) return fmt::format("-f '{}': {}", option.option, remark.text);
    return fmt::format("-f '{}': at '{}': {}", option.option, option.items[static_cast<std::size_t>(remark.line) - 1],
                       remark.text);
}

namespace {

/// Makes the plan one of those that may take one another's place in a run.
void prepare_for_changes(RunPlan& run, const std::string& text, const std::vector<language::Value>& more)
{
    auto root = language::read_toml(text).root; // in which nothing is wrong
    root.kind = language::Value::Kind::table;
    language::add_faults(root, more);
    run.session = language::write_toml(root);
    const std::string source(run.parsed.plan().text(run.parsed.plan().source));
    run.parsed.block = parse_first(run.session, source).block;
    run.parsed.toml = {}; // the block is the plan
}

void add_options(RunPlan& run, const std::vector<std::string>& given, bool trace, bool control)
{
    std::set<std::string> names;
    std::string text;
    if (!run.source.empty()) {
        for (const auto& fault : run.parsed.plan().view(run.parsed.plan().faults))
            names.emplace(run.parsed.plan().text(fault.name));
        text = report::content_of(run.source);
    }
    if (trace) text.insert(0, "trace = true\n");           // keys of the plan stand before its tables
    if (control && text.empty()) text = "trace = false\n"; // a plan that says nothing is none
    std::vector<language::FaultOption> options;
    std::vector<language::Value> tables;
    for (const auto& each : given) {
        options.push_back(language::parse_fault_option(each, static_cast<int>(options.size()) + 1, names));
        if (!options.back().problem.empty())
            run.mistakes.push_back(fmt::format("-f '{}': {}", each, options.back().problem));
        tables.push_back(options.back().table);
    }
    if (!run.mistakes.empty()) return;
    const auto absolute = run.source.empty() ? std::string("(faults of the command line)")
                                             : std::filesystem::absolute(run.source).string();
    run.parsed = language::parse(text, absolute, tables, control ? language::Needs::nothing : language::Needs::faults);
    for (const auto& mistake : run.parsed.mistakes)
        run.mistakes.push_back(mistake.option != 0 ? explained(mistake, options) : mistake.at(run.source));
    for (auto& warning : run.parsed.warnings)
        if (warning.option != 0) warning = language::Remark{0, 0, explained(warning, options), 0};
    if (control && run.mistakes.empty()) prepare_for_changes(run, text, tables);
}

/// Takes the plan that another run has compiled, if FAULT_CONFIG of that run's tree names it. Says whether it does.
bool take_compiled(RunPlan& run, bool adds_to_it)
{
    const auto handed = plan::read_block(run.source.c_str(), {});
    if (handed.fit == plan::Fit::no_block) return false;
    if (handed.plan == nullptr)
        run.mistakes.push_back(
            fmt::format("{}: this compiled plan is damaged, or of another version (name the TOML)", run.source));
    else if (adds_to_it)
        run.mistakes.push_back(fmt::format(
            "{}: nothing can be added to a compiled plan (name a plan with -c, or unset FAULT_CONFIG)", run.source));
    else
        run.parsed.block.assign(reinterpret_cast<const std::byte*>(handed.plan),
                                reinterpret_cast<const std::byte*>(handed.plan) + handed.header.bytes);
    return true;
}

void choose_seed(RunPlan& run, const std::string& option)
{
    const auto variable = environment("FAULT_SEED");
    const auto& text = option.empty() ? variable : option;
    if (!text.empty()) {
        if (const auto seed = language::parse_seed(text))
            run.seed = *seed;
        else
            run.mistakes.push_back(fmt::format("{}: '{}' is not a seed (a whole number from 0 to 2^63-1)",
                                               option.empty() ? "FAULT_SEED" : "--seed", text));
        return;
    }
    if (run.parsed.plan().seed_given) {
        run.seed = run.parsed.plan().seed;
        return;
    }
    std::uint32_t drawn = 0; // short enough to be typed again
    if (::getrandom(&drawn, sizeof drawn, 0) != sizeof drawn) drawn = 1;
    run.seed = drawn;
    run.drawn = true;
}

} // namespace

RunPlan make_run_plan(const std::string& file, const std::vector<std::string>& options, const std::string& seed,
                      bool trace, bool control)
{
    RunPlan run;
    run.source = file.empty() ? environment("FAULT_CONFIG") : file;
    if (run.source.empty() && options.empty() && !trace && !control) {
        run.mistakes.emplace_back("there is no plan: name a file with -c, or faults with -f 'write:errno=ENOSPC'");
        return run;
    }
    if (!run.source.empty() && !take_compiled(run, !options.empty() || trace || control)) {
        run.parsed = language::load(run.source,
                                    options.empty() && !control ? language::Needs::faults : language::Needs::nothing);
        for (const auto& mistake : run.parsed.mistakes)
            run.mistakes.push_back(mistake.at(run.source));
    }
    if (!run.mistakes.empty()) return run;
    const bool adds_trace = trace && (run.source.empty() || !run.parsed.plan().traces);
    if (!options.empty() || adds_trace || control) add_options(run, options, adds_trace, control);
    if (run.mistakes.empty()) choose_seed(run, seed);
    return run;
}

std::string compiled(const language::Parsed& parsed, const plan::TomlFile& toml)
{
    const auto header = plan::describe_block(parsed.plan(), toml);
    std::string text(reinterpret_cast<const char*>(&header), sizeof header);
    return text.append(reinterpret_cast<const char*>(parsed.block.data()), parsed.block.size());
}

} // namespace faultline::run
