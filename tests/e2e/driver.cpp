// Runs one end-to-end test: a tiny host program under a plan whose comment lines ("#: …") say what must come of it.
//
//   e2e_driver HOST PLAN LIBRARY COMMAND [--show]     --show prints the records, to write expectations from
//
// The host runs in an empty directory of its own, of which only `setup` lines know before; "$DIR" stands for it, in the
// plan too, "$HOST" for the host, "$LIBRARY" for ours. What no line allows is wrong: output, warnings, ledgers that
// remain, another number of records.
//
//   setup COMMAND        before the run, in the directory         env NAME=VALUE      for the host
//   check COMMAND        after it; has to succeed                 args A B …          for the host
//   plan PATH | none     FAULT_CONFIG, instead of this file       limit fsize N       RLIMIT_FSIZE
//   user nobody          the host runs as uid 65534               preload none        without LD_PRELOAD
//   repeat, replay       runs it twice, see Driver::run
//   status N, signal ABRT          how the host ends              stdout TEXT, stderr TEXT      contain it
//   processes N          records, 1 unless said                   live N              of them ledgers that remain
//   stale N              ledgers that remain beside the statistics file of an image that was replaced
//   warning TEXT         a record has a warning that contains it
//
// These hold for the sum of all records, or with "@LINEAGE" before them for that one:
//   matched FAULT N      triggered FAULT N      dropped N      errors FAULT ENOSPC=2 EIO=1      calls FUNCTION N faults
//   FUNCTION N stats KEY N          seed N                 exit TEXT (how it ended)         file GLOB (the record's
//   name) events FAULT KEY V V V      the key's values in the fault's events, in their order; `sorted` the same, sorted
//   count FAULT KEY V N         so many of the fault's events have that value
#include <nlohmann/json.hpp>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fnmatch.h>
#include <fstream>
#include <grp.h>
#include <iostream>
#include <map>
#include <poll.h>
#include <set>
#include <sstream>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

struct Directive {
    int line;
    std::string scope; // a lineage; empty: all records
    std::string name;
    std::string rest;
    std::vector<std::string> words; // of rest
};

struct Record {
    Json document;
    std::string file;
    bool live = false;
    [[nodiscard]] std::string lineage() const { return document["process"]["lineage"]; }
};

struct Outcome {
    int status = 0;
    std::string out, err;
    std::vector<Record> records;
};

std::string slurp(const fs::path& path)
{
    std::ifstream file(path, std::ios::binary);
    std::ostringstream content;
    content << file.rdbuf();
    return content.str();
}

std::string replaced(std::string text, const std::string& what, const std::string& with)
{
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
        text.replace(at, what.size(), with);
    return text;
}

std::vector<std::string> split(const std::string& text)
{
    std::istringstream stream(text);
    return {std::istream_iterator<std::string>(stream), {}};
}

std::string plain(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

/// Lineages sort by their ordinals, not by their letters.
std::vector<int> ordinals(const std::string& lineage)
{
    std::vector<int> numbers;
    std::istringstream stream(lineage);
    for (std::string part; std::getline(stream, part, '.');)
        numbers.push_back(std::atoi(part.c_str() + (part[0] == 'x' ? 1 : 0)) + (part[0] == 'x' ? 1'000'000 : 0));
    return numbers;
}

constexpr int skipped = 77;      // to CTest
constexpr int out_of_reach = 97; // from a host that never came to be

class Driver {
public:
    Driver(std::string host, fs::path plan, std::string library, std::string command)
        : host_(std::move(host)), plan_(std::move(plan)), library_(std::move(library)), command_(std::move(command))
    {
        std::ifstream file(plan_);
        int number = 0;
        for (std::string line; std::getline(file, line);) {
            ++number;
            numbered_by_run_ = numbered_by_run_ || line == "count = \"run\"";
            if (!line.starts_with("#: ")) continue;
            std::istringstream stream(line.substr(3));
            Directive directive{number, {}, {}, {}, {}};
            stream >> directive.name;
            if (directive.name[0] == '@') {
                directive.scope = directive.name.substr(1);
                stream >> directive.name;
            }
            std::getline(stream >> std::ws, directive.rest);
            directive.words = split(directive.rest);
            directives_.push_back(std::move(directive));
        }
    }

    int run(bool show);

private:
    Outcome once(const std::string& seed);
    [[noreturn]] void become_host(const std::string& seed);
    void prepare();
    std::vector<Record> collect();
    void judge(const Outcome& outcome);
    void judge_record(const Record& record);
    void judge_line(const Directive& line, const Outcome& outcome);
    [[nodiscard]] Json fingerprint(const Outcome& outcome) const;

    [[nodiscard]] const Directive* find(const std::string& name) const
    {
        const auto found =
            std::find_if(directives_.begin(), directives_.end(), [&](const auto& line) { return line.name == name; });
        return found == directives_.end() ? nullptr : &*found;
    }
    [[nodiscard]] std::string here(const std::string& text) const
    {
        return replaced(replaced(replaced(text, "$DIR", directory_.string()), "$HOST", host_), "$LIBRARY", library_);
    }
    void complain(const std::string& text, int line = 0)
    {
        ++complaints_;
        std::cout << plan_.filename().string() << ':' << (line != 0 ? std::to_string(line) + ": " : " ") << text
                  << '\n';
    }
    void compare(const Directive& line, const std::string& got, const std::string& wanted)
    {
        if (got == wanted) return;
        complain(line.name + " " + line.rest + "\n    wanted: " + wanted + "\n    got:    " + got, line.line);
    }

    std::string host_;
    fs::path plan_;
    std::string library_, command_;
    std::vector<Directive> directives_;
    bool numbered_by_run_ = false; // a fault's matches are those of all processes together
    fs::path root_, directory_;
    int complaints_ = 0;
    std::size_t stale_ = 0; // ledgers beside their own statistics file
};

void Driver::prepare()
{
    std::string name = (fs::temp_directory_path() / "faultline-e2e.XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp: " + name);
    root_ = name;
    directory_ = root_ / "work";
    fs::create_directory(directory_);
    std::ofstream(root_ / plan_.filename()) << here(slurp(plan_));
    if (find("user") != nullptr) {
        fs::permissions(root_, fs::perms::all);
        fs::permissions(directory_, fs::perms::all);
    }
    for (const auto& line : directives_)
        if (line.name == "setup" &&
            std::system(("cd '" + directory_.string() + "' && " + here(line.rest)).c_str()) != 0)
            complain("setup failed", line.line);
}

void Driver::become_host(const std::string& seed)
{
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL); // what stops the driver stops the host
    std::vector<std::string> arguments{host_}, environment{"PATH=/usr/bin:/bin"};
    if (find("preload") == nullptr) environment.push_back("LD_PRELOAD=" + library_);
    std::string config = (root_ / plan_.filename()).string();
    if (const auto* line = find("plan")) config = line->rest == "none" ? "" : here(line->rest);
    if (!config.empty()) environment.push_back("FAULT_CONFIG=" + config);
    if (!seed.empty()) environment.push_back("FAULT_SEED=" + seed);
    for (const auto& line : directives_) {
        if (line.name == "env") environment.push_back(here(line.rest));
        if (line.name == "args")
            for (const auto& word : line.words)
                arguments.push_back(here(word));
    }
    const auto pointers = [](std::vector<std::string>& texts) {
        std::vector<char*> all;
        all.reserve(texts.size() + 1);
        for (auto& text : texts)
            all.push_back(text.data());
        all.push_back(nullptr);
        return all;
    };
    close_range(3, ~0U, 0); // what CTest leaves open
    if (chdir(directory_.c_str()) != 0) _exit(99);
    if (const auto* line = find("limit")) {
        const auto most = static_cast<rlim_t>(std::stoul(line->words.at(1)));
        const rlimit limit{most, most};
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    if (find("user") != nullptr && getuid() == 0) { // root may read everything
        if (setgroups(0, nullptr) != 0 || setgid(65534) != 0 || setuid(65534) != 0) _exit(99);
        if (access(host_.c_str(), X_OK) != 0 || access(library_.c_str(), R_OK) != 0) _exit(out_of_reach);
    }
    execve(host_.c_str(), pointers(arguments).data(), pointers(environment).data());
    _exit(98);
}

Outcome Driver::once(const std::string& seed)
{
    prepare();
    int out[2], err[2];
    if (pipe(out) != 0 || pipe(err) != 0) throw std::runtime_error("pipe");
    const pid_t pid = fork();
    if (pid == 0) {
        const int null = open("/dev/null", O_RDONLY);
        dup2(null, 0);
        dup2(out[1], 1);
        dup2(err[1], 2);
        for (const int fd : {null, out[0], out[1], err[0], err[1]})
            close(fd);
        become_host(seed);
    }
    close(out[1]);
    close(err[1]);
    Outcome outcome;
    constexpr int patience_ms = 50'000;
    pollfd ends[] = {{out[0], POLLIN, 0}, {err[0], POLLIN, 0}};
    std::string* texts[] = {&outcome.out, &outcome.err};
    for (int open_ends = 2; open_ends > 0;) {
        if (poll(ends, 2, patience_ms) == 0) {
            complain("it hangs");
            kill(-pid, SIGKILL);
        }
        for (int i = 0; i < 2; ++i) {
            if (ends[i].revents == 0) continue;
            char bytes[4096];
            const auto count = read(ends[i].fd, bytes, sizeof bytes);
            if (count > 0) {
                texts[i]->append(bytes, static_cast<std::size_t>(count));
            } else {
                close(ends[i].fd);
                ends[i].fd = -1;
                --open_ends;
            }
        }
    }
    int status = 0;
    for (pid_t ended = 0; (ended = waitpid(-1, &status, 0)) > 0;) // grandchildren too: we are their reaper
        if (ended == pid) outcome.status = status;
    stale_ = 0;
    outcome.records = collect();
    return outcome;
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

/// What holds for every record, whatever its test is about.
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

/// All that has to come out the same again: counts, and the events of each thread in their order, but for times and
/// for `call`, which numbers the calls of all threads.
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

/// `repeat`: a second run under load must bring the same events. `replay`: a second run with FAULT_SEED set to the seed
/// that the first one recorded must.
int Driver::run(bool show)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    auto outcome = once("");
    if (find("user") != nullptr && WIFEXITED(outcome.status) && WEXITSTATUS(outcome.status) == out_of_reach) {
        std::cout << "skipped: this runs as root, and the user nobody does not get at " << host_ << '\n';
        fs::remove_all(root_);
        return skipped;
    }
    judge(outcome);
    if (show)
        for (const auto& record : outcome.records)
            std::cout << record.file << ' ' << record.document.dump(1) << '\n';
    const bool replays = find("replay") != nullptr;
    if ((replays || find("repeat") != nullptr) && !outcome.records.empty()) {
        const auto first = fingerprint(outcome);
        const auto seed = replays ? outcome.records[0].document["seed"].dump() : "";
        fs::remove_all(root_);
        std::atomic<bool> over{false};
        std::thread load([&] {
            while (!over)
                std::this_thread::yield();
        });
        outcome = once(seed);
        over = true;
        load.join();
        judge(outcome);
        const auto second = fingerprint(outcome);
        if (first != second) complain("the second run differs: " + Json::diff(first, second).dump(1).substr(0, 2000));
    }
    if (complaints_ != 0) {
        if (!outcome.out.empty()) std::cout << "standard output:\n" << outcome.out << '\n';
        if (!outcome.err.empty()) std::cout << "standard error:\n" << outcome.err << '\n';
    }
    fs::remove_all(root_);
    return complaints_ == 0 ? 0 : 1;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 5) return 2;
    umask(022);
    signal(SIGPIPE, SIG_DFL);
    return Driver(argv[1], argv[2], argv[3], argv[4]).run(argc > 5 && std::strcmp(argv[5], "--show") == 0);
}
