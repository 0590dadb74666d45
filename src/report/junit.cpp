// A report as JUnit XML, in the dialect that GitLab, Jenkins and the reporters for GitHub share. A suite is a command or a
// program; a case is a finding, a point that was found sound, or a fault of a plan. `failure` is a finding, `skipped` what
// says nothing (not reached, known already), and `error` nothing but our own trouble.
#include "report/report.hpp"

#include "report/clean_text.hpp"
#include "report/record_json.hpp"
#include "report/sums.hpp"

#include <fmt/format.h>
#include <set>

namespace faultline::report {

namespace {

struct Case {
    std::string name;
    std::string file;
    std::int64_t line = 0;
    std::string verdict; // the element, if there is one
    std::string out, err;
    enum class End : std::uint8_t { passed, failed, error, skipped } end = End::passed;
};

struct Suite {
    std::string name;
    std::vector<std::pair<std::string, std::string>> properties;
    std::vector<Case> cases;
};

std::string attribute(std::string_view text) { return xml(clean_line(text)); }

std::string element(std::string_view name, std::string_view type, std::string_view message, std::string_view text)
{
    return fmt::format("<{} message=\"{}\" type=\"{}\">{}</{}>", name, attribute(message), attribute(type), xml(text),
                       name);
}

std::string skipped(std::string_view type, std::string_view message, std::string_view text = {})
{
    return element("skipped", type, message, text);
}

std::string name_of(const std::vector<Strike>& strikes, const Frame& place)
{
    std::string name;
    for (const auto& strike : strikes)
        name +=
            (name.empty() ? "" : " and ") +
            (!strike.path.empty() ? words(strike)
                                  : fmt::format("{} {} {}{}", strike.function,
                                                strike.error.empty() ? strike.type : strike.error, strike.persistence,
                                                strike.match == 1 ? "" : fmt::format(" from match {}", strike.match)));
    const auto where = stable_words(place);
    return where.empty() ? name : name + (place.function.empty() ? " at " : " in ") + where;
}

std::string stack_text(const std::vector<Frame>& stack)
{
    std::string text;
    for (const auto& frame : stack)
        text += fmt::format("    {}\n", words(frame));
    return text;
}

std::string account_of(const Finding& finding)
{
    auto text = fmt::format("{}: {}\n{}\n\nkey: {}\nseen in {} of {} runs\nrepeat: {}\n", name_of(finding.outcome),
                            finding.detail, info_of(finding.outcome).meaning, finding.key, finding.repeated,
                            finding.tried, finding.repro);
    for (const auto& [fact, words] : finding.facts)
        text += fmt::format("{}: {}\n", fact, words);
    if (!finding.stack.empty()) text += "\nstruck:\n" + stack_text(finding.stack);
    if (finding.crash)
        text += fmt::format("\nkilled by {} in {}:\n{}", finding.crash->signal, finding.crash->program,
                            stack_text(finding.crash->stack));
    if (!finding.plan.empty()) text += "\nplan:\n" + finding.plan;
    if (!finding.also.empty()) {
        text += "\nalso by:\n";
        for (const auto& other : finding.also)
            text += fmt::format("    {}\n", other);
    }
    return text;
}

Case case_of(const Finding& finding, const SourceNames& names)
{
    Case result;
    const auto* const own = own_frame(finding.stack);
    result.name = name_of(finding.strikes, own == nullptr ? Frame() : *own);
    if (own != nullptr && !own->file.empty()) {
        result.file = relative_name(own->file, names).value_or(own->file);
        result.line = own->line;
    }
    const auto message = fmt::format("{}: {}", name_of(finding.outcome), finding.detail);
    if (finding.known) {
        result.end = Case::End::skipped;
        result.verdict = skipped("known", "known already: " + message, account_of(finding));
    } else {
        result.end = Case::End::failed;
        result.verdict = element("failure", name_of(finding.outcome), message, account_of(finding));
    }
    result.out = shortened(finding.out, most_output);
    result.err = shortened(finding.err, most_output);
    return result;
}

Case case_of(const Point& point, const Frame& place)
{
    Case result;
    result.name = name_of(point.strikes, place);
    const auto& info = info_of(point.outcome);
    if (info.standing == Standing::unknown || is_finding(point.outcome)) {
        result.end = Case::End::skipped;
        result.verdict = is_finding(point.outcome)
                             ? skipped("absorbed", fmt::format("absorbed on purpose: {}", info.name))
                             : skipped(info.name, info.meaning);
    }
    return result;
}

Suite suite_of(const Exploration& exploration, const SourceNames& names)
{
    Suite suite;
    suite.name = "faultline." + program_of(exploration);
    suite.properties = {{"command", fmt::format("{}", fmt::join(exploration.command, " "))},
                        {"faultline", exploration.version}};
    std::set<std::string> keys;
    for (const auto& finding : exploration.findings) {
        suite.cases.push_back(case_of(finding, names));
        keys.insert(finding.key);
    }
    for (const auto& point : exploration.points) // those of a finding are told there
        if (!keys.contains(point.key))
            suite.cases.push_back(case_of(point, frame_of(exploration, point.strikes.back())));
    return suite;
}

Suite suite_of(const Records& records)
{
    const auto all = sum(records);
    Suite suite;
    suite.name = "faultline.runs";
    suite.properties = {{"processes", std::to_string(all.processes)},
                        {"calls", std::to_string(all.calls)},
                        {"triggered", std::to_string(all.triggered)}};
    for (const auto& fault : all.faults) {
        auto& each = suite.cases.emplace_back();
        each.name = fmt::format("{} ({})", fault.name, fault.type);
        each.out = fmt::format("matched {}, triggered {}\n", fault.matched, fault.triggered);
        if (fault.triggered != 0) continue;
        each.end = Case::End::skipped;
        each.verdict = !fault.enabled       ? skipped("disabled", "the plan does not enable it")
                       : fault.matched == 0 ? skipped("not-reached", unmet(all, fault.name))
                                            : skipped("not-triggered", "it matched and never fired");
    }
    return suite;
}

Suite suite_of(const std::vector<Problem>& problems)
{
    Suite suite;
    suite.name = "faultline.report";
    for (const auto& problem : problems) {
        auto& each = suite.cases.emplace_back();
        each.name = problem.file;
        each.end = Case::End::error;
        each.verdict = element("error", "unreadable", words(problem), "");
    }
    return suite;
}

std::string text_of(const std::vector<std::pair<std::string, std::string>>& properties)
{
    if (properties.empty()) return {};
    std::string text = "    <properties>\n";
    for (const auto& [name, value] : properties)
        text += fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", name, attribute(value));
    return text + "    </properties>\n";
}

struct Counts {
    std::size_t tests = 0, failures = 0, errors = 0, skipped = 0;

    void add(const std::vector<Case>& cases)
    {
        for (const auto& each : cases) {
            ++tests;
            failures += each.end == Case::End::failed ? 1 : 0;
            errors += each.end == Case::End::error ? 1 : 0;
            skipped += each.end == Case::End::skipped ? 1 : 0;
        }
    }
    [[nodiscard]] std::string attributes() const
    {
        return fmt::format(R"(tests="{}" failures="{}" errors="{}" skipped="{}")", tests, failures, errors, skipped);
    }
};

/// Names that a reader has seen already would be dropped.
std::string unique(std::string name, std::set<std::string>& names)
{
    const auto first = name;
    for (int number = 2; !names.insert(name).second; ++number)
        name = fmt::format("{} #{}", first, number);
    return name;
}

std::string text_of(const Case& each, const std::string& suite, std::set<std::string>& names)
{
    auto text = fmt::format("    <testcase classname=\"{}\" name=\"{}\"", attribute(suite),
                            attribute(unique(each.name, names)));
    if (!each.file.empty()) text += fmt::format(" file=\"{}\" line=\"{}\"", attribute(each.file), each.line);
    text += ">\n";
    if (!each.verdict.empty()) text += "      " + each.verdict + "\n";
    if (!each.out.empty()) text += fmt::format("      <system-out>{}</system-out>\n", xml(each.out));
    if (!each.err.empty()) text += fmt::format("      <system-err>{}</system-err>\n", xml(each.err));
    return text + "    </testcase>\n";
}

} // namespace

std::string junit_report(const Report& report, const SourceNames& names)
{
    std::vector<Suite> suites;
    for (const auto& exploration : report.explorations)
        suites.push_back(suite_of(exploration, names));
    if (!report.runs.all.empty()) suites.push_back(suite_of(report.runs));
    if (const auto problems = problems_of(report); !problems.empty()) suites.push_back(suite_of(problems));

    Counts all;
    std::string text;
    std::set<std::string> suite_names;
    for (const auto& suite : suites) {
        Counts counts;
        counts.add(suite.cases);
        all.add(suite.cases);
        const auto name = unique(suite.name, suite_names);
        text += fmt::format("  <testsuite name=\"{}\" {}>\n{}", attribute(name), counts.attributes(),
                            text_of(suite.properties));
        std::set<std::string> case_names;
        for (const auto& each : suite.cases)
            text += text_of(each, name, case_names);
        text += "  </testsuite>\n";
    }
    return fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"faultline\" {}>\n{}"
                       "</testsuites>\n",
                       all.attributes(), text);
}

} // namespace faultline::report
