// faultline report: what was injected, from statistics files and ledgers of any number of processes.
#include "cli/cli.hpp"

#include "cli/summary.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fmt/format.h>
#include <memory>
#include <set>
#include <unistd.h>

namespace faultline::cli {

namespace {

struct Options {
    std::vector<std::string> files;
    std::string format = "text";
    bool events = false;
};

/// A ledger that has become a statistics file stands for that file.
std::string source(const std::string& path)
{
    const auto rendering = twin(path);
    std::error_code error;
    if (rendering.empty() || !std::filesystem::exists(rendering, error)) return path;
    const auto opened = ledger::open(path);
    const bool over = opened.ledger && opened.ledger->header().state != ledger::State::running;
    return over ? rendering : path;
}

Records gather(const std::vector<std::string>& files)
{
    Records records;
    std::set<std::string> known;
    for (const auto& file : files) {
        const auto path = source(file);
        std::error_code error;
        const auto canonical = std::filesystem::weakly_canonical(path, error).string();
        if (known.insert(error ? path : canonical).second) load(path, records);
    }
    return records;
}

std::string process_table(const Records& records)
{
    std::vector<std::vector<std::string>> rows{
        {"  PROCESS", "PID", "LINEAGE", "EXIT", "SECONDS", "CALLS", "FAULTS", "SEED"}};
    for (const auto& record : records.all) {
        const auto& process = member(record.document, "process");
        const auto& stats = member(record.document, "stats");
        const bool timed = process.contains("seconds") && process["seconds"].is_number();
        rows.push_back({"  " + printable(text(process, "program")), std::to_string(count(process, "pid")),
                        printable(text(process, "lineage")), printable(text(process, "exit")),
                        timed ? fmt::format("{:.3f}", process["seconds"].get<double>()) : "-",
                        std::to_string(count(stats, "calls_intercepted")),
                        std::to_string(count(stats, "faults_triggered")),
                        std::to_string(count(record.document, "seed"))});
    }
    return table(rows, {false, true, false, false, true, true, true, true});
}

/// An event's further keys, "errno=ENOSPC fd=5 size=10240".
std::string details(const Json& event)
{
    static const std::set<std::string> columns{"fault", "type", "target", "call", "match", "time", "thread"};
    std::string line;
    for (const auto& [key, value] : event.items()) {
        if (columns.contains(key) || value.is_structured()) continue;
        line += fmt::format("{}{}={}", line.empty() ? "" : " ", printable(key),
                            printable(value.is_string() ? value.get<std::string>() : value.dump()));
    }
    return line;
}

std::string event_table(const Records& records)
{
    std::vector<std::vector<std::string>> rows{{"  TIME", "THREAD", "FAULT", "FUNCTION", "CALL", "MATCH", "WHAT"}};
    for (const auto& record : records.all) {
        for (const auto& event : member(record.document, "events")) {
            if (!event.is_object()) continue;
            const bool timed = event.contains("time") && event["time"].is_number();
            rows.push_back({timed ? fmt::format("  {:.6f}", event["time"].get<double>()) : "  -",
                            printable(text(event, "thread")), printable(text(event, "fault")),
                            printable(text(event, "target")), std::to_string(count(event, "call")),
                            std::to_string(count(event, "match")), details(event)});
        }
    }
    return rows.size() == 1 ? std::string() : table(rows, {true, false, false, false, true, true, false});
}

void print_text(const Records& records, bool events)
{
    const auto all = sum(records);
    fmt::print("{}\n\n{}", headline(all), fault_table(all, coloured(STDOUT_FILENO)));
    for (const auto& part :
         {function_table(all), process_table(records), events ? event_table(records) : std::string()})
        if (!part.empty()) fmt::print("\n{}", part);
    if (all.events_dropped != 0)
        fmt::print("\n  {} not kept: only counted ([stats] events)\n", counted(all.events_dropped, "event"));
}

void print_json(const Records& records)
{
    Json document = Json::object();
    document["faultline"] = FAULTLINE_VERSION;
    document.update(to_json(sum(records)));
    auto& processes = document["processes"] = Json::array();
    for (const auto& record : records.all)
        processes.push_back(record.document);
    fmt::print("{}\n", dump(document));
}

int report(const Options& options)
{
    const auto records = gather(options.files);
    if (!records.all.empty()) {
        if (options.format == "json")
            print_json(records);
        else
            print_text(records, options.events);
        std::fflush(stdout);
    }
    for (const auto& problem : records.problems)
        fmt::print(stderr, "faultline: {}\n", printable(problem));
    return records.problems.empty() ? 0 : own_error;
}

} // namespace

void add_report(CLI::App& app, int& status)
{
    auto* const command =
        app.add_subcommand("report", "Sum up statistics files and ledgers, also of running processes");
    const auto options = std::make_shared<Options>();
    command->add_option("FILE", options->files, "statistics files (JSON), ledgers (.live) and reports")
        ->required()
        ->option_text("...");
    command->add_option("--format", options->format, "how to print it (default: text)")
        ->check(CLI::IsMember({"text", "json"}))
        ->option_text("text|json");
    command->add_flag("--events", options->events, "list every event in the text");
    command->footer("Examples:\n"
                    "  faultline report fault-stats.*\n"
                    "  faultline report --format json fault-stats.4242.json | jq .faults\n"
                    "\n"
                    "Exit status: 0, or 125 where a file is not a record or is damaged.");
    command->callback([options, &status] { status = report(*options); });
}

} // namespace faultline::cli
