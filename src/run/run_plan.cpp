#include "run/run_plan.hpp"

#include "language/fault_option.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <optional>
#include <sstream>
#include <sys/random.h>

namespace faultline::run {

namespace {

std::string environment(const char* name)
{
    const char* const value = std::getenv(name);
    return value == nullptr ? std::string() : value;
}

std::string content(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// A remark in the words of the option that it is about.
std::string explained(const language::Remark& remark, const std::vector<language::FaultOption>& options)
{
    const auto& option = options[static_cast<std::size_t>(remark.option) - 1];
    if (remark.line == 0) return fmt::format("-f '{}': {}", option.option, remark.text);
    return fmt::format("-f '{}': at '{}': {}", option.option, option.items[static_cast<std::size_t>(remark.line) - 1],
                       remark.text);
}

void add_options(RunPlan& run, const std::vector<std::string>& given, bool trace)
{
    std::set<std::string> names;
    if (!run.source.empty()) {
        for (const auto& fault : run.parsed.plan().view(run.parsed.plan().faults))
            names.emplace(run.parsed.plan().text(fault.name));
        run.text = content(run.source);
    }
    if (trace) run.text.insert(0, "trace = true\n"); // keys of the plan stand before its tables
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
    run.parsed = language::parse(run.text, absolute, tables);
    for (const auto& mistake : run.parsed.mistakes)
        run.mistakes.push_back(mistake.option != 0 ? explained(mistake, options) : mistake.at(run.source));
    for (auto& warning : run.parsed.warnings)
        if (warning.option != 0) warning = language::Remark{0, 0, explained(warning, options), 0};
    if (!run.text.empty() && !run.text.ends_with('\n')) run.text += '\n';
    for (const auto& table : tables)
        run.text += language::fault_as_toml(table);
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
                      bool trace)
{
    RunPlan run;
    run.source = file.empty() ? environment("FAULT_CONFIG") : file;
    if (run.source.empty() && options.empty() && !trace) {
        run.mistakes.emplace_back("there is no plan: name a file with -c, or faults with -f 'write:errno=ENOSPC'");
        return run;
    }
    if (!run.source.empty()) {
        run.parsed = language::load(run.source, options.empty() ? language::Needs::faults : language::Needs::nothing);
        for (const auto& mistake : run.parsed.mistakes)
            run.mistakes.push_back(mistake.at(run.source));
    }
    const bool adds_trace = trace && (run.source.empty() || !run.parsed.plan().traces);
    if (run.mistakes.empty() && (!options.empty() || adds_trace)) add_options(run, options, adds_trace);
    if (run.mistakes.empty()) choose_seed(run, seed);
    return run;
}

} // namespace faultline::run
