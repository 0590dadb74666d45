// faultline report: what was injected, from statistics files and ledgers of any number of processes.
#include "cli/cli.hpp"

#include "report/record_files.hpp"
#include "report/record_json.hpp"
#include "report/tables.hpp"
#include "report/terminal.hpp"

#include <cstdio>
#include <filesystem>
#include <fmt/format.h>
#include <memory>
#include <set>
#include <unistd.h>

namespace faultline::cli {

namespace {

using report::Records;

struct Options {
    std::vector<std::string> files;
    std::string format = "text";
    bool events = false;
};

/// A ledger that has become a statistics file stands for that file.
std::string source(const std::string& path)
{
    const auto rendering = report::statistics_of(path);
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
        if (known.insert(error ? path : canonical).second) report::load(path, records);
    }
    return records;
}

void print_text(const Records& records, bool events)
{
    const auto all = report::sum(records);
    fmt::print("{}\n\n{}", report::headline(all), report::fault_table(all, report::coloured(STDOUT_FILENO)));
    for (const auto& part : {report::function_table(all), report::process_table(records.all),
                             events ? report::event_table(records.all) : std::string()})
        if (!part.empty()) fmt::print("\n{}", part);
    if (all.events_dropped != 0)
        fmt::print("\n  {} not kept: only counted ([stats] events)\n", report::counted(all.events_dropped, "event"));
}

void print_json(const Records& records)
{
    auto document = report::Json::object();
    document["faultline"] = FAULTLINE_VERSION;
    document.append(report::to_json(report::sum(records)));
    auto& processes = document["processes"] = report::Json::array();
    for (const auto& record : records.all)
        processes.push_back(report::to_json(record));
    fmt::print("{}\n", report::lines(document));
}

int sum_up(const Options& options)
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
        fmt::print(stderr, "faultline: {}\n", report::printable(report::words(problem)));
    return records.problems.empty() ? 0 : own_error;
}

} // namespace

void add_report(Subcommand& self)
{
    const auto options = std::make_shared<Options>();
    self.words("FILE", options->files, "statistics files (JSON), ledgers (.live) and reports");
    self.format(options->format);
    self.flag("--events", options->events, "list every event in the text");
    self.footer("Examples:\n"
                "  faultline report fault-stats.*\n"
                "  faultline report --format json fault-stats.4242.json | jq .faults\n"
                "\n"
                "Exit status: 0, or 125 where a file is not a record or is damaged.");
    self.action([options] { return sum_up(*options); });
}

} // namespace faultline::cli
