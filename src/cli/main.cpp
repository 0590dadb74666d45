// The faultline command. Usage errors are Faultline's own: 125, whatever the parser of the command line would have them
// be.
#include "cli/cli.hpp"

#include "language/suggest.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <fmt/format.h>

namespace {

using namespace faultline::cli;

/// What is wrong with the first word of the command line; nothing where that is a subcommand or an option.
std::string unknown_command(const CLI::App& app, const std::string& word)
{
    if (word.starts_with('-')) return {};
    std::vector<std::string> names;
    for (const auto* subcommand : app.get_subcommands([](const CLI::App*) { return true; }))
        names.push_back(subcommand->get_name());
    if (std::ranges::count(names, word) != 0) return {};
    const auto nearest =
        faultline::language::did_you_mean(word, std::vector<std::string_view>(names.begin(), names.end()));
    return fmt::format("there is no subcommand '{}'{}", word,
                       nearest.empty() ? fmt::format(" (there are {})", fmt::join(names, ", ")) : nearest);
}

int parse(CLI::App& app, std::vector<std::string> arguments, const int& status)
{
    std::ranges::reverse(arguments); // as CLI11 wants them
    try {
        app.parse(std::move(arguments));
        return status;
    } catch (const CLI::CallForHelp&) {
        const auto chosen = app.get_subcommands();
        fmt::print("{}", chosen.empty() ? app.help() : chosen.front()->help("faultline"));
    } catch (const CLI::CallForVersion&) {
        fmt::print("faultline {}\n", FAULTLINE_VERSION);
    } catch (const CLI::ParseError& error) {
        const auto chosen = app.get_subcommands();
        fmt::print(stderr, "faultline: {}\nTry 'faultline {}--help'.\n", error.what(),
                   chosen.empty() ? "" : chosen.front()->get_name() + " ");
        return own_error;
    }
    return 0;
}

} // namespace

int main(int argc, char** argv)
{
    std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
    // Whatever stands behind "--" is another program's command line: it must not be looked at.
    const auto separator = std::ranges::find(arguments, "--");
    const std::vector<std::string> command(separator == arguments.end() ? separator : separator + 1, arguments.end());
    const bool separated = separator != arguments.end();
    arguments.erase(separator, arguments.end());

    CLI::App app("Injects faults into the libc calls of Linux programs: errors, delays, timeouts, damaged data.",
                 "faultline");
    app.set_version_flag("--version", FAULTLINE_VERSION);
    app.require_subcommand(1);
    app.footer("Examples:\n"
               "  faultline run -f 'write:errno=ENOSPC,on=3' -- tar cf /tmp/a.tar /usr/share/doc\n"
               "  faultline run -c plan.toml --report -o report.json -- ./server --port 8080\n"
               "  faultline check plan.toml\n"
               "  faultline list read\n"
               "  faultline explain ./server\n"
               "  faultline report fault-stats.*.json\n"
               "\n"
               "Exit status of its own: 125 Faultline's error, 126 the command cannot be run, 127 it was not found.");
    int status = 0;
    add_run(app, command, status);
    add_check(app, status);
    add_list(app, status);
    add_explain(app, status);
    add_report(app, status);
    if (arguments.empty() && !separated) {
        fmt::print(stderr, "{}", app.help());
        return own_error;
    }
    if (const auto problem = arguments.empty() ? std::string() : unknown_command(app, arguments.front());
        !problem.empty()) {
        fmt::print(stderr, "faultline: {}\nTry 'faultline --help'.\n", problem);
        return own_error;
    }
    try {
        if (separated && (arguments.empty() || arguments.front() != "run")) {
            // "faultline check -- -odd-name.toml"
            arguments.emplace_back("--");
            arguments.insert(arguments.end(), command.begin(), command.end());
        }
        return parse(app, std::move(arguments), status);
    } catch (const std::exception& error) {
        fmt::print(stderr, "faultline: {}\n", error.what());
        return own_error;
    }
}
