// faultline check: is this plan valid, and what will it do?
#include "cli/cli.hpp"

#include "language/parse.hpp"
#include "report/terminal.hpp"

#include <cstdio>
#include <fmt/format.h>
#include <memory>

namespace faultline::cli {

namespace {

using report::counted;

/// Returns whether the plan is valid.
bool check(const std::string& path)
{
    const auto parsed = language::load(path);
    for (const auto& mistake : parsed.mistakes)
        fmt::print(stderr, "faultline: {}\n", mistake.at(path));
    if (!parsed.mistakes.empty()) return false;
    const auto& plan = parsed.plan();
    const auto faults = plan.view(plan.faults);
    fmt::print("{}: ok, {}\n", path, counted(faults.size(), "fault"));
    for (const auto& fault : faults)
        fmt::print("  {}{}\n", language::describe(plan, fault), fault.enabled ? "" : " (not enabled)");
    for (const auto& warning : parsed.warnings)
        fmt::print("  warning: {}\n", warning.at(path));
    return true;
}

} // namespace

void add_check(Subcommand& self)
{
    const auto plans = std::make_shared<std::vector<std::string>>();
    self.words("PLAN", *plans, "TOML files");
    self.footer("Example:\n  faultline check config/*.toml\n\nExit status: 0 all are valid, 125 there are mistakes.");
    self.action([plans] {
        bool valid = true;
        for (const auto& path : *plans)
            valid = check(path) && valid;
        return valid ? 0 : +own_error;
    });
}

} // namespace faultline::cli
