#include "cli/options.hpp"

#include "cli/cli.hpp"
#include "cli/complete.hpp"
#include "language/suggest.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <cstdio>
#include <deque>
#include <exception>
#include <fmt/format.h>
#include <memory>

namespace faultline::cli {

namespace {

/// The command line goes on where CLI11 believes it to be at its end.
struct ProgramUsage : CLI::Formatter {
    [[nodiscard]] std::string make_usage(const CLI::App* app, std::string name) const override
    {
        auto text = Formatter::make_usage(app, std::move(name));
        text.insert(std::min(text.find_last_not_of('\n') + 1, text.size()), written);
        return text;
    }
    std::string_view written = " -- COMMAND [ARGUMENT…]";
};

/// What is wrong with the first word of the command line; nothing where that is a subcommand or an option.
std::string unknown_command(const std::string& word)
{
    if (word.starts_with('-')) return {};
    std::vector<std::string_view> names;
    for (const auto& entry : subcommands())
        names.emplace_back(entry.name);
    if (std::ranges::count(names, word) != 0) return {};
    const auto nearest = language::did_you_mean(word, names);
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
        fmt::print("faultline {}\n", version());
    } catch (const CLI::ParseError& error) {
        const auto chosen = app.get_subcommands();
        fmt::print(stderr, "faultline: {}\nTry 'faultline {}--help'.\n", error.what(),
                   chosen.empty() ? "" : chosen.front()->get_name() + " ");
        return own_error;
    }
    return 0;
}

/// The parser as completion needs to know it.
Shape shape_of(const CLI::App& app, bool program)
{
    Shape shape{app.get_name(), program, {}};
    for (const auto* const option : app.get_options()) {
        Shape::Option known;
        for (const auto& name : option->get_snames())
            known.names.push_back("-" + name);
        for (const auto& name : option->get_lnames())
            known.names.push_back("--" + name);
        if (option->get_items_expected_max() > 0) {
            const auto type = known.names.empty() ? option->get_name() : option->get_type_name();
            known.type = type.substr(0, type.find(":{")); // what a check has added
        }
        shape.options.push_back(std::move(known));
    }
    return shape;
}

} // namespace

struct Subcommand::Parser {
    CLI::App& app;
    const std::vector<std::string>& behind; // what stands behind "--"
    int& status;
    std::vector<std::string>* command = nullptr;
};

void Subcommand::option(const char* names, std::string& value, const char* help, const char* type)
{
    parser_.app.add_option(names, value, help)->type_name(type);
}

void Subcommand::option(const char* names, std::vector<std::string>& values, const char* help, const char* type)
{
    parser_.app.add_option(names, values, help)->type_name(type)->allow_extra_args(false);
}

void Subcommand::list(const char* names, std::vector<std::string>& values, const char* help, const char* type)
{
    parser_.app.add_option(names, values, help)->type_name(type)->expected(1, CLI::detail::expected_max_vector_size);
}

void Subcommand::flag(const char* names, bool& value, const char* help) { parser_.app.add_flag(names, value, help); }

void Subcommand::format(std::string& value, const std::vector<std::string>& formats)
{
    auto* const option = parser_.app.add_option("--format", value, "how to print it (default: text)");
    const auto all = fmt::format("{}", fmt::join(formats, "|"));
    option->check(CLI::IsMember(formats))->type_name(all)->option_text(all);
    parser_.app
        .add_flag_callback(
            "--json", [&value] { value = "json"; }, "short for --format json")
        ->excludes(option);
}

void Subcommand::word(const char* name, std::string& value, const char* help)
{
    parser_.app.add_option(name, value, help)->required()->option_text(" ");
}

void Subcommand::words(const char* name, std::vector<std::string>& values, const char* help)
{
    parser_.app.add_option(name, values, help)->required()->option_text("...");
}

void Subcommand::optional_words(const char* name, std::vector<std::string>& values, const char* help)
{
    parser_.app.add_option(name, values, help)->option_text(" ");
}

void Subcommand::program(std::vector<std::string>& command)
{
    parser_.command = &command;
    parser_.app.prefix_command();
    parser_.app.formatter(std::make_shared<ProgramUsage>());
}

void Subcommand::program_behind(std::vector<std::string>& command)
{
    parser_.command = &command;
    auto usage = std::make_shared<ProgramUsage>();
    usage->written = " [-- COMMAND [ARGUMENT…]]";
    parser_.app.formatter(std::move(usage));
}

void Subcommand::footer(const char* text) { parser_.app.footer(text); }

void Subcommand::action(std::function<int()> what)
{
    parser_.app.callback([&parser = parser_, what = std::move(what)] {
        if (parser.command != nullptr) {
            auto words = parser.app.remaining(true);
            if (!words.empty() && words.front().starts_with('-')) {
                parser.status = fail(own_error, fmt::format("there is no option '{}'\nTry 'faultline {} --help'.",
                                                            words.front(), parser.app.get_name()));
                return;
            }
            // Without "--" the command begins with the first word that is no option; a "--" in it is its own.
            if (!words.empty() && !parser.behind.empty()) words.emplace_back("--");
            words.insert(words.end(), parser.behind.begin(), parser.behind.end());
            *parser.command = std::move(words);
        }
        parser.status = what();
    });
}

int parse_and_run(int argc, char** argv)
{
    std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
    // Whatever stands behind "--" is another program's command line: it must not be looked at.
    const auto separator = std::ranges::find(arguments, "--");
    const std::vector<std::string> behind(separator == arguments.end() ? separator : separator + 1, arguments.end());
    const bool separated = separator != arguments.end();
    arguments.erase(separator, arguments.end());

    CLI::App app("Injects faults into the libc calls of Linux programs: errors, delays, timeouts, damaged data.",
                 "faultline");
    app.set_version_flag("--version", version());
    app.require_subcommand(1);
    app.footer("Examples:\n"
               "  faultline explore -- sed -i s/foo/x/g notes.txt\n"
               "  faultline run -f 'write:errno=ENOSPC,on=3' -- tar cf /tmp/a.tar /usr/share/doc\n"
               "  faultline run -c plan.toml --report -o report.json -- ./server --port 8080\n"
               "  faultline check plan.toml\n"
               "  faultline list read\n"
               "  faultline explain ./server\n"
               "  faultline report fault-stats.*.json\n"
               "\n"
               "Exit status of its own: 125 Faultline's error, 126 the command cannot be run, 127 it was not found.");
    int status = 0;
    std::deque<Subcommand::Parser> parsers; // which stay where they are
    for (const auto& entry : subcommands()) {
        parsers.push_back({*app.add_subcommand(entry.name, entry.summary), behind, status});
        Subcommand self(parsers.back());
        entry.add(self);
    }
    // Hidden, for completions/: the candidates for the last of the words that follow.
    if (argc > 2 && std::string_view(argv[1]) == "complete") {
        std::vector<Shape> shapes{shape_of(app, false)};
        for (const auto& parser : parsers)
            shapes.push_back(shape_of(parser.app, parser.command != nullptr));
        for (const auto& candidate : completions(shapes, {argv + 2, argv + argc}))
            fmt::print("{}\n", candidate);
        return 0;
    }
    if (arguments.empty() && !separated) {
        fmt::print(stderr, "{}", app.help());
        return own_error;
    }
    if (const auto problem = arguments.empty() ? std::string() : unknown_command(arguments.front()); !problem.empty())
        return fail(own_error, fmt::format("{}\nTry 'faultline --help'.", problem));
    try {
        const bool runs_program = std::ranges::any_of(parsers, [&](const Subcommand::Parser& each) {
            return each.command != nullptr && !arguments.empty() && each.app.get_name() == arguments.front();
        });
        if (separated && !runs_program) {
            // "faultline check -- -odd-name.toml"
            arguments.emplace_back("--");
            arguments.insert(arguments.end(), behind.begin(), behind.end());
        }
        return parse(app, std::move(arguments), status);
    } catch (const std::exception& error) {
        return fail(own_error, error.what());
    }
}

} // namespace faultline::cli
