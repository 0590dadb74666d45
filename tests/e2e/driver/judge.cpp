// What must come of a run, and what came of it.
#include "driver.hpp"

#include <algorithm>
#include <fnmatch.h>
#include <map>
#include <set>
#include <sys/wait.h>

namespace e2e {

namespace {

std::string plain(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

} // namespace

void Driver::judge_record(const Record& record)
{
    const auto& document = record.document;
    const auto same = [&](const std::string& what, std::uint64_t got, std::uint64_t wanted) {
        if (got != wanted)
            complain("record of " + record.lineage() + ": " + what + " is " + std::to_string(got) +
                     ", but adds up to " + std::to_string(wanted));
    };
    std::uint64_t calls = 0, hits = 0, triggered = 0;
    for (const auto& [name, function] : document["functions"].items()) {
        calls += function["calls"].get<std::uint64_t>();
        hits += function["faults"].get<std::uint64_t>();
    }
    std::map<std::string, std::uint64_t> events;
    for (const auto& event : document["events"]) {
        ++events[event["fault"]];
        const auto& fault = document["faults"][event["fault"].get<std::string>()];
        if (event["match"] < 1 || (event["match"] > fault["matched"] && !numbered_by_run_))
            complain("an event's match is out of range: " + event.dump());
        const auto& function = document["functions"][event["target"].get<std::string>()];
        if (event["call"] < 1 || event["call"] > function["calls"])
            complain("an event's call is out of range: " + event.dump());
        if (event["time"] < 0) complain("an event's time is negative: " + event.dump());
    }
    for (const auto& [name, fault] : document["faults"].items()) {
        triggered += fault["triggered"].get<std::uint64_t>();
        same(name + ".skipped", fault["skipped"],
             fault["matched"].get<std::uint64_t>() - fault["triggered"].get<std::uint64_t>());
        if (document["events_dropped"] == 0)
            same("the number of " + name + "'s events", events[name], fault["triggered"]);
    }
    const auto& stats = document["stats"];
    same("stats.calls_intercepted", stats["calls_intercepted"], calls);
    same("stats.faults_triggered", stats["faults_triggered"], triggered);
    same("the functions' faults", hits, triggered);
    same("stats.faults_skipped", stats["faults_skipped"], calls - triggered);
    if (std::abs(stats["trigger_rate"].get<double>() -
                 (calls == 0 ? 0.0 : 100.0 * static_cast<double>(triggered) / static_cast<double>(calls))) > 0.051)
        complain("stats.trigger_rate is " + stats["trigger_rate"].dump());
}

void Driver::judge_line(const Directive& line, const Outcome& outcome)
{
    std::vector<const Record*> records;
    for (const auto& record : outcome.records)
        if (line.scope.empty() || record.lineage() == line.scope) records.push_back(&record);
    if (!line.scope.empty() && records.empty()) return complain("there is no record of " + line.scope, line.line);
    const auto word = [&](std::size_t index) { return index < line.words.size() ? line.words[index] : std::string(); };
    const auto sum = [&](const char* table, const std::string& row, const char* column) {
        std::uint64_t total = 0;
        for (const auto* record : records)
            if (record->document[table].contains(row))
                total += record->document[table][row][column].get<std::uint64_t>();
        return std::to_string(total);
    };
    const auto values = [&] {
        std::vector<std::string> all;
        for (const auto* record : records)
            for (const auto& event : record->document["events"])
                if (event["fault"] == word(0))
                    all.push_back(event.contains(word(1)) ? here(plain(event[word(1)])) : "-");
        return all;
    };
    const auto joined = [](const std::vector<std::string>& words) {
        std::string text;
        for (const auto& each : words)
            text += (text.empty() ? "" : " ") + each;
        return text;
    };

    if (line.name == "matched" || line.name == "triggered") {
        for (const auto* record : records)
            if (!record->document["faults"].contains(word(0))) complain("there is no fault " + word(0), line.line);
        compare(line, sum("faults", word(0), line.name.c_str()), word(1));
    } else if (line.name == "calls" || line.name == "faults") {
        compare(line, sum("functions", word(0), line.name.c_str()), word(1));
    } else if (line.name == "events" || line.name == "sorted") {
        auto got = values();
        if (line.name == "sorted")
            std::sort(got.begin(), got.end(), [](const auto& a, const auto& b) { return ordinals(a) < ordinals(b); });
        std::vector<std::string> wanted(line.words.begin() + 2, line.words.end());
        for (auto& value : wanted)
            value = here(value);
        compare(line, joined(got), joined(wanted));
    } else if (line.name == "count") {
        const auto all = values();
        compare(line, std::to_string(std::count(all.begin(), all.end(), word(2))), word(3));
    } else if (line.name == "errors") {
        std::map<std::string, std::uint64_t> got;
        for (const auto* record : records)
            for (const auto& [name, count] : record->document["faults"][word(0)]["errors"].items())
                got[name] += count.get<std::uint64_t>();
        std::set<std::string> have, want(line.words.begin() + 1, line.words.end());
        for (const auto& [name, count] : got)
            have.insert(name + "=" + std::to_string(count));
        compare(line, joined({have.begin(), have.end()}), joined({want.begin(), want.end()}));
    } else if (line.name == "stats") {
        std::uint64_t total = 0;
        for (const auto* record : records)
            total += record->document["stats"][word(0)].get<std::uint64_t>();
        compare(line, std::to_string(total), word(1));
    } else if (line.name == "dropped") {
        std::uint64_t total = 0;
        for (const auto* record : records)
            total += record->document["events_dropped"].get<std::uint64_t>();
        compare(line, std::to_string(total), word(0));
    } else if (line.name == "seed" || line.name == "exit") {
        for (const auto* record : records)
            compare(line, plain(line.name == "seed" ? record->document["seed"] : record->document["process"]["exit"]),
                    line.rest);
    } else if (line.name == "file") {
        const bool any = std::any_of(records.begin(), records.end(), [&](const auto* record) {
            return fnmatch(line.rest.c_str(), record->file.c_str(), 0) == 0;
        });
        if (!any) complain("no record's file is named like " + line.rest, line.line);
    } else if (line.name == "check") {
        if (std::system(("cd '" + directory_.string() + "' && " + here(line.rest)).c_str()) != 0)
            complain("check " + line.rest, line.line);
    } else if (line.name == "stdout" || line.name == "stderr") {
        if ((line.name == "stdout" ? outcome.out : outcome.err).find(here(line.rest)) == std::string::npos)
            complain("not found in " + line.name + ": " + line.rest, line.line);
    } else if (line.name == "warning") {
        const bool any = std::any_of(records.begin(), records.end(), [&](const auto* record) {
            return record->document["warnings"].dump().find(line.rest) != std::string::npos;
        });
        if (!any) complain("no warning says: " + line.rest, line.line);
    } else {
        static const std::set<std::string> elsewhere{"setup",  "env",    "args",    "plan",   "limit",  "user",
                                                     "repeat", "replay", "preload", "status", "signal", "processes",
                                                     "live",   "stale",  "compile", "host",   "link"};
        if (!elsewhere.contains(line.name)) complain("unknown directive " + line.name, line.line);
    }
}

void Driver::judge(const Outcome& outcome)
{
    std::string wanted = "0", got = std::to_string(WEXITSTATUS(outcome.status));
    if (const auto* line = find("status")) wanted = line->rest;
    if (const auto* line = find("signal")) wanted = line->rest;
    if (WIFSIGNALED(outcome.status)) {
        const auto* name = sigabbrev_np(WTERMSIG(outcome.status)); // signals of real time have none
        got = name != nullptr ? name : "signal " + std::to_string(WTERMSIG(outcome.status));
    }
    if (wanted != got) complain("the host ended with " + got + ", not " + wanted);
    if (find("stdout") == nullptr && !outcome.out.empty()) complain("it wrote to standard output");
    if (find("stderr") == nullptr && !outcome.err.empty()) complain("it wrote to standard error");

    const auto number = [&](const char* name, std::size_t otherwise) {
        const auto* line = find(name);
        return line == nullptr ? otherwise : std::stoul(line->rest);
    };
    const auto live = static_cast<std::size_t>(
        std::count_if(outcome.records.begin(), outcome.records.end(), [](const auto& record) { return record.live; }));
    if (outcome.records.size() != number("processes", 1)) complain(std::to_string(outcome.records.size()) + " records");
    if (live != number("live", 0)) complain(std::to_string(live) + " of the records are ledgers");
    if (stale_ != number("stale", 0))
        complain(std::to_string(stale_) + " ledgers remain beside their statistics files");
    std::set<std::string> lineages;
    for (const auto& record : outcome.records) {
        if (!lineages.insert(record.lineage()).second) complain("there are two records of " + record.lineage());
        judge_record(record);
        for (const auto& warning : record.document["warnings"]) {
            const bool allowed = std::any_of(directives_.begin(), directives_.end(), [&](const auto& line) {
                return line.name == "warning" && plain(warning).find(line.rest) != std::string::npos;
            });
            if (!allowed) complain("record of " + record.lineage() + " warns: " + plain(warning));
        }
    }
    for (const auto& line : directives_)
        judge_line(line, outcome);
}

} // namespace e2e
