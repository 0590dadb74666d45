// faultline report: what was injected and what was found, from the records of runs and the directories of explorations
// and of powerloss.
#include "cli/cli.hpp"

#include "report/progress_line.hpp"
#include "report/report.hpp"
#include "report/terminal.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <memory>
#include <set>
#include <unistd.h>

namespace faultline::cli {

namespace {

using report::Report;

struct ReportOptions {
    std::vector<std::string> paths;
    std::string format = "text", output, root, location;
    bool events = false;
};

std::string text(const Report& all, const ReportOptions& options)
{
    const bool colour = options.output.empty() && report::coloured(STDOUT_FILENO);
    return report::text_report(all, {.colour = colour, .events = options.events, .keys = true});
}
std::string json(const Report& all, const ReportOptions& /*options*/) { return report::json_report(all); }
std::string html(const Report& all, const ReportOptions& /*options*/) { return report::html_report(all); }
std::string junit(const Report& all, const ReportOptions& options)
{
    return report::junit_report(all, {options.root, options.location});
}
std::string sarif(const Report& all, const ReportOptions& options)
{
    return report::sarif_report(all, {options.root, options.location});
}

struct Format {
    std::string_view name;
    std::string (*render)(const Report& all, const ReportOptions& options);
    bool tells_problems; // in the document itself, so there is one even where nothing else could be read
};
constexpr Format formats[] = {
    {"text", text, false}, {"json", json, false}, {"html", html, true}, {"junit", junit, true}, {"sarif", sarif, true}};

Report gather(const std::vector<std::string>& paths)
{
    Report all;
    std::set<std::string> known;
    report::ProgressLine line(false);
    const auto began = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < paths.size(); ++i) {
        const auto& path = paths[i];
        line.tell(i, paths.size(), "paths",
                  std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
        std::error_code error;
        const auto canonical = std::filesystem::weakly_canonical(path, error).string();
        if (known.insert(error ? path : canonical).second) report::load(path, all);
    }
    report::settle(all);
    return all;
}

/// Returns what went wrong; empty: nothing.
int report_all(ReportOptions& options)
{
    const auto* const format = std::ranges::find(formats, options.format, &Format::name);
    if (options.root.empty()) options.root = ".";
    options.root = std::filesystem::absolute(options.root).string();
    const auto all = gather(options.paths);
    const auto problems = report::problems_of(all);
    for (const auto& problem : problems)
        fmt::print(stderr, "faultline: {}\n", report::printable(report::words(problem)));
    const bool anything = !all.runs.all.empty() || !all.explorations.empty();
    if (anything || format->tells_problems)
        if (const auto wrong = write_document(options.output, format->render(all, options)); !wrong.empty())
            return fail(own_error, "the report " + wrong);
    return problems.empty() ? 0 : +own_error;
}

} // namespace

SUBCOMMAND(report, 90, "Sum up statistics files and ledgers, also of running processes")
{
    const auto options = std::make_shared<ReportOptions>();
    self.words("PATH", options->paths,
               "directories of explorations and of power cuts; statistics files (JSON), ledgers (.live), reports in "
               "JSON, or a directory of them");
    self.format(options->format, {"text", "json", "html", "junit", "sarif"});
    self.option("-o,--output", options->output, "where to write it (default: standard output)", "FILE");
    self.flag("--events", options->events, "list every event in the text");
    self.option("--root", options->root,
                "directory of the sources: JUnit and SARIF name files relative to it (default: the current one)",
                "DIR");
    self.option("--location", options->location,
                "file that findings without a source line point at in SARIF (default: the program)", "FILE");
    self.footer(
        "Examples:\n"
        "  faultline report faultline-explore\n"
        "  faultline report --format html -o report.html faultline-explore\n"
        "  faultline report --format junit -o report.xml faultline-powerloss\n"
        "  faultline report --format sarif -o faultline.sarif shard-*/\n"
        "  faultline report --format json fault-stats.4242.json | jq .faults\n"
        "\n"
        "Directories that explored the same command are parts of one exploration (--shard).\n"
        "Exit status: 0, or 125 where something could not be read, is damaged, is no record or has no verdict; what\n"
        "could be read is reported all the same.");
    self.action([options] { return report_all(*options); });
}

} // namespace faultline::cli
