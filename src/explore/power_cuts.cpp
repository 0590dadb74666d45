#include "explore/power_cuts.hpp"

#include "power/verdict_log.hpp"
#include "report/clean_text.hpp"
#include "report/exploration_json.hpp"
#include "report/text_file.hpp"

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <fmt/format.h>
#include <mutex>
#include <sys/stat.h>
#include <thread>

namespace faultline::explore {

namespace {

namespace fs = std::filesystem;

constexpr const char* verdicts = "/verdicts.jsonl";

std::string merged_from(const std::string& directory, std::size_t number)
{
    return fmt::format("{}/merged-{}", directory, number);
}

/// The last line of what it said.
std::string last_words(const Worker& worker)
{
    std::uint64_t size = 0;
    auto text = read_start(worker.directory() + "/other", most_output, size);
    while (text.ends_with('\n'))
        text.pop_back();
    return report::clean_line(text.substr(text.rfind('\n') + 1));
}

/// Tells how far the search has come, from what it writes down, until its scope ends.
class Watch {
public:
    Watch(std::string directory, const std::function<void(const Progress&)>& tell)
        : directory_(std::move(directory)), tell_(tell), before_(identity())
    {
        if (tell_) thread_ = std::jthread([this](const std::stop_token& stop) { watch(stop); });
    }

private:
    void watch(const std::stop_token& stop)
    {
        constexpr std::chrono::milliseconds pause{250};
        const auto began = std::chrono::steady_clock::now();
        std::mutex mutex;
        std::condition_variable_any ended;
        std::unique_lock lock(mutex);
        while (!ended.wait_for(lock, stop, pause, [] { return false; }) && !stop.stop_requested()) {
            if (identity() == before_) continue; // what an earlier search left
            const auto seen = power::progress_in(directory_);
            if (!seen) continue;
            const std::chrono::duration<double> since = std::chrono::steady_clock::now() - began;
            tell_({seen->done, seen->all, since.count(), {}, "power-cut states", seen->failing});
        }
    }

    [[nodiscard]] ino_t identity() const
    {
        struct stat status {};
        return ::stat(power::VerdictLog::path_in(directory_).c_str(), &status) == 0 ? status.st_ino : 0;
    }

    std::string directory_;
    const std::function<void(const Progress&)>& tell_;
    ino_t before_;
    std::jthread thread_; // the last: it uses the others
};

std::string search_power_cuts(Worker& worker, const Options& options, std::chrono::nanoseconds limit,
                              const std::function<void(const Progress&)>& tell, report::Exploration& found)
{
    if (auto problem = worker.refresh(); !problem.empty()) return problem;
    std::error_code error;
    for (std::size_t i = 0; i < options.merge.size(); ++i) {
        const auto to = merged_from(worker.directory(), i);
        fs::create_directories(to, error);
        fs::copy_file(options.merge[i] + power_directory + verdicts, to + verdicts, error);
        // Without a check there are none, and nothing is missing.
        if (error && options.work.has_check)
            return fmt::format("{}{}{}: {}", options.merge[i], power_directory, verdicts, error.message());
    }
    const auto file = options.output + power_directory + "/powerloss.json";
    fs::remove(file, error);
    const auto end = [&] {
        const Watch watch(options.output + power_directory, tell);
        return worker.search_power_cuts(limit);
    }();
    if (end.timed_out) return "the time is up";
    const auto json = report::parse_json(report::content_of(file));
    auto exploration = json ? report::exploration_from_json(json->member("exploration")) : std::nullopt;
    if (!exploration) {
        const auto words = last_words(worker);
        return words.empty() ? fmt::format("powerloss ended with {} and left no findings", end.exit_status()) : words;
    }
    found = std::move(*exploration);
    for (auto& finding : found.findings)
        finding.known = options.known.contains(finding.key);
    return report::clean_line(json->member("problem").text());
}

} // namespace

bool tries_power_cuts(const Options& options) { return std::ranges::count(options.families, "power") != 0; }

std::string make_power_directory(const Options& options)
{
    auto path = options.output + power_directory;
    std::error_code error;
    if (!options.resume) fs::remove_all(path, error);
    fs::create_directories(path, error); // where that is not possible, it cannot be mounted, which is told
    return path;
}

std::vector<std::string> power_command(const Options& options, const std::string& check, const std::string& view)
{
    using std::chrono::duration_cast, std::chrono::seconds;
    std::vector<std::string> words{"faultline", "powerloss", "--quiet", "--output", view + power_directory};
    const auto add = [&words](const char* option, std::string value) {
        words.emplace_back(option);
        words.push_back(std::move(value));
    };
    add("--jobs", std::to_string(options.jobs));
    if (options.timeout.count() != 0)
        add("--timeout", std::to_string(std::max<std::int64_t>(1, duration_cast<seconds>(options.timeout).count())));
    if (!check.empty()) add("--check", check);
    if (!check.empty() && options.resume) words.emplace_back("--resume");
    if (options.shards != 1) add("--shard", fmt::format("{}/{}", options.shard, options.shards));
    if (!options.merge.empty()) words.emplace_back("--merge");
    for (std::size_t i = 0; i < options.merge.size(); ++i)
        words.push_back(merged_from(view, i));
    words.emplace_back("--");
    return words;
}

void cut_power(Worker& worker, const Options& options, std::chrono::nanoseconds limit,
               const std::function<void(const Progress&)>& tell, Summary& summary)
{
    const auto problem = limit.count() > 0 ? search_power_cuts(worker, options, limit, tell, summary.power)
                                           : std::string("there was no time left");
    if (problem.empty()) return;
    if (summary.known_points == 0) {
        summary.problem = "power cuts: " + problem;
        summary.baseline_trouble = true;
    } else if (summary.stopped.empty()) {
        const bool interrupted = options.stop != nullptr && options.stop->load(); // no trouble of the search's own
        summary.stopped = interrupted ? was_interrupted : "power cuts: " + problem;
    }
}

} // namespace faultline::explore
