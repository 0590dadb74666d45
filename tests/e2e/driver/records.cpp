// The records that a run left.
#include "driver.hpp"

#include <algorithm>
#include <sstream>

namespace e2e {

namespace fs = std::filesystem;

std::vector<int> ordinals(const std::string& lineage)
{
    std::vector<int> numbers;
    std::istringstream stream(lineage);
    for (std::string part; std::getline(stream, part, '.');)
        numbers.push_back(std::atoi(part.c_str() + (part[0] == 'x' ? 1 : 0)) + (part[0] == 'x' ? 1'000'000 : 0));
    return numbers;
}

std::vector<Record> Driver::collect()
{
    std::vector<Record> records;
    for (const auto& entry : fs::recursive_directory_iterator(directory_)) {
        const auto path = entry.path().string();
        const bool live = path.ends_with(".live");
        if (!entry.is_regular_file() || (!live && !path.ends_with(".json"))) continue;
        Record record{.document = {}, .file = entry.path().filename().string(), .live = live};
        if (live) {
            const auto rendering = root_ / "report.json";
            const auto status = std::system(
                ("'" + command_ + "' report --format json '" + path + "' > '" + rendering.string() + "'").c_str());
            const auto report = Json::parse(slurp(rendering), nullptr, false);
            if (status != 0 || !report.contains("processes") || report["processes"].size() != 1) {
                complain("the report of " + record.file + " is not one record");
                continue;
            }
            record.document = report["processes"][0];
        } else {
            record.document = Json::parse(slurp(path), nullptr, false);
        }
        if (!record.document.is_object() || !record.document.contains("process")) {
            complain(record.file + " is no record");
            continue;
        }
        // An image that another one replaced which is not ours: there was no one to remove its ledger.
        if (live && fs::exists(path.substr(0, path.size() - 5)) && record.document["process"]["exit"] == "executed") {
            ++stale_;
            continue;
        }
        records.push_back(std::move(record));
    }
    std::sort(records.begin(), records.end(),
              [](const Record& a, const Record& b) { return ordinals(a.lineage()) < ordinals(b.lineage()); });
    return records;
}

Json Driver::fingerprint(const Outcome& outcome) const
{
    Json all = Json::object();
    for (const auto& record : outcome.records) {
        auto& print = all[record.lineage()];
        print["faults"] = record.document["faults"];
        print["seed"] = record.document["seed"];
        for (auto event : record.document["events"]) {
            const std::string thread = event["thread"];
            event.erase("time");
            event.erase("call");
            if (event.contains("path")) event["path"] = replaced(event["path"], directory_.string(), "$DIR");
            print["threads"][thread].push_back(event);
        }
    }
    return all;
}

} // namespace e2e
