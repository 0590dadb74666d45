// faultline check: is this plan valid, and what will it do?
#include "cli/cli.hpp"

#include "language/parse.hpp"
#include "report/json_document.hpp"
#include "report/terminal.hpp"

#include <cstdio>
#include <fmt/format.h>
#include <memory>

namespace faultline::cli {

namespace {

using report::counted, report::Json;

Json as_json(const std::string& path, const language::Parsed& parsed)
{
    auto json = Json::object({{"plan", path}, {"valid", parsed.mistakes.empty()}});
    auto& faults = json["faults"] = Json::array();
    if (parsed.mistakes.empty()) {
        const auto& plan = parsed.plan();
        for (const auto& fault : plan.view(plan.faults))
            faults.push_back(Json::object({{"name", plan.text(fault.name)},
                                           {"enabled", fault.enabled},
                                           {"text", language::describe(plan, fault)}}));
    }
    for (const auto& [name, list] :
         {std::pair("mistakes", &parsed.mistakes), std::pair("warnings", &parsed.warnings)}) {
        auto& texts = json[name] = Json::array();
        for (const auto& each : *list)
            texts.push_back(each.at(path));
    }
    return json;
}

/// Returns whether the plan is valid.
bool print_text(const std::string& path, const language::Parsed& parsed)
{
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

SUBCOMMAND(check, 60, "Validate plans and say in words what each fault will do")
{
    struct Options {
        std::vector<std::string> plans;
        std::string format = "text";
    };
    const auto options = std::make_shared<Options>();
    self.words("PLAN", options->plans, "TOML files");
    self.format(options->format);
    self.footer("Example:\n  faultline check config/*.toml\n\nExit status: 0 all are valid, 125 there are mistakes.");
    self.action([options] {
        bool valid = true;
        auto all = Json::array();
        for (const auto& path : options->plans) {
            const auto parsed = language::load(path);
            if (options->format == "json") {
                all.push_back(as_json(path, parsed));
                valid = parsed.mistakes.empty() && valid;
            } else {
                valid = print_text(path, parsed) && valid;
            }
        }
        if (options->format == "json") fmt::print("{}\n", report::lines(Json::object({{"plans", std::move(all)}})));
        return valid ? 0 : +own_error;
    });
}

} // namespace faultline::cli
