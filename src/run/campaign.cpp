#include "run/campaign.hpp"

#include "report/text_file.hpp"
#include "run/shell_words.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <set>
#include <sstream>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace faultline::run {

namespace {

namespace fs = std::filesystem;

constexpr int most_attempts = 3;
constexpr std::chrono::milliseconds between_looks{500};
constexpr int looks_between_questions = 4; // to the queue, whose controller serves others too
constexpr int answers_that_lack_it = 2;    // one alone may have been given while the task was about to end

struct Said {
    int status = -1;
    std::string text; // both outputs
};

/// Runs a command of Slurm's.
Said ask(const std::vector<std::string>& words)
{
    Said said;
    std::FILE* const pipe = ::popen((shell_line(words) + " 2>&1").c_str(), "re");
    if (pipe == nullptr) return {-1, std::strerror(errno)};
    char bytes[4096];
    for (std::size_t got = 0; (got = std::fread(bytes, 1, sizeof bytes, pipe)) > 0;)
        said.text.append(bytes, got);
    const int status = ::pclose(pipe);
    said.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    while (said.text.ends_with('\n'))
        said.text.pop_back();
    return said;
}

/// "1-3,7": as sbatch has it. They are in order.
std::string ranges(const std::vector<std::size_t>& numbers)
{
    std::string text;
    for (std::size_t i = 0; i < numbers.size();) {
        auto last = i;
        while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1)
            ++last;
        text += fmt::format("{}{}", text.empty() ? "" : ",", numbers[i]);
        if (last != i) text += fmt::format("-{}", numbers[last]);
        i = last + 1;
    }
    return text;
}

/// How far the attempt at a shard has come.
struct Attempt {
    std::size_t number = 1;
    int attempts = 0; // of this campaign
    int round = 0;    // of its last attempt; 0: there is none
    bool done = false, running = false;
    int lacking = 0;            // answers of the queue in a row that did not name it
    std::uintmax_t counted = 0; // bytes of its journal
    std::size_t lines = 0;      // in them
};

class Array {
public:
    Array(const Campaign& campaign, CampaignEnd& end) : campaign_(campaign), end_(end)
    {
        for (std::size_t i = 1; i <= campaign.shards; ++i)
            shards_.push_back({.number = i});
        name_ = fmt::format("faultline-{}-{:x}", ::getpid(),
                            std::chrono::system_clock::now().time_since_epoch().count() & 0xffffffff);
    }

    void run(const std::function<void(const CampaignProgress&)>& tell)
    {
        if (!prepare()) return;
        std::vector<std::size_t> next;
        for (const auto& shard : shards_)
            if (!shard.done) next.push_back(shard.number);
        for (int look = 0;; ++look) {
            if (stopped()) {
                end_.problem = "it was interrupted (--resume goes on)";
                break;
            }
            if (!next.empty() && !submit(next)) break;
            next.clear();
            CampaignProgress progress;
            const bool asked = look % looks_between_questions == 0;
            if (asked) question_queue();
            progress.trouble = trouble_;
            for (auto& shard : shards_) {
                if (!shard.done && ended(shard, asked && trouble_.empty())) next.push_back(shard.number);
                count_lines(shard);
                progress.results += shard.lines - std::min(shard.lines, campaign_.journal_head);
                ++(shard.done ? progress.done : shard.running ? progress.running : progress.waiting);
            }
            if (tell) tell(progress);
            if (!end_.problem.empty() || progress.done == shards_.size()) break;
            if (next.empty()) std::this_thread::sleep_for(between_looks);
        }
        if (!end_.problem.empty() && submitted_) static_cast<void>(ask({"scancel", "--name", name_}));
        for (const auto& shard : shards_)
            if (shard.round != 0) end_.directories.push_back(directory_of(shard));
    }

private:
    [[nodiscard]] bool stopped() const { return campaign_.stop != nullptr && campaign_.stop->load(); }
    [[nodiscard]] std::string directory_of(const Attempt& shard) const
    {
        return fmt::format("{}/shards/{}.{}", campaign_.output, shard.number, shard.round);
    }
    [[nodiscard]] std::string journal_of(const Attempt& shard) const
    {
        return directory_of(shard) + "/" + campaign_.journal;
    }
    bool fail(std::string problem)
    {
        end_.problem = std::move(problem);
        return false;
    }

    bool prepare()
    {
        if (auto problem = slurm_trouble(); !problem.empty()) return fail(std::move(problem));
        std::error_code error;
        const auto all = campaign_.output + "/shards";
        if (!campaign_.resume) fs::remove_all(all, error);
        fs::create_directories(all, error);
        if (!error) fs::create_directories(campaign_.output + "/slurm", error);
        if (error) return fail(fmt::format("{} cannot be made: {}", all, error.message()));
        for (const auto& entry : fs::directory_iterator(all, error)) { // of an earlier campaign
            std::size_t number = 0;
            int round = 0;
            if (std::sscanf(entry.path().filename().c_str(), "%zu.%d", &number, &round) != 2 || number == 0 ||
                number > shards_.size())
                continue;
            auto& shard = shards_[number - 1];
            shard.round = std::max(shard.round, round);
            round_ = std::max(round_, round);
        }
        for (auto& shard : shards_)
            shard.done = shard.round != 0 && status_of(shard) == 0 && trouble_of_done(shard).empty();
        return write_script();
    }

    /// What a task of the array executes. Its status is a file, for the queue forgets what has ended.
    bool write_script()
    {
        script_ = campaign_.output + "/slurm/shard.sh";
        std::ofstream file(script_, std::ios::trunc);
        file << fmt::format(
            "#!/bin/sh\n"
            "# One task of the array: does one shard. $1 tells the attempts at it apart.\n"
            "out={}/shards/$SLURM_ARRAY_TASK_ID.$1\n"
            "{} --shard \"$SLURM_ARRAY_TASK_ID/{}\" -o \"$out\" -- {} >\"$out/report\" 2>\"$out/errors\"\n"
            "status=$?\n"
            "echo $status >\"$out/status.new\" && mv \"$out/status.new\" \"$out/status\"\n"
            "exit $status\n",
            shell_word(campaign_.output), shell_line(campaign_.command), shards_.size(), shell_line(campaign_.program));
        return file.flush() && ::chmod(script_.c_str(), 0755) == 0
                   ? true
                   : fail(fmt::format("{} cannot be written: {}", script_, std::strerror(errno)));
    }

    bool submit(const std::vector<std::size_t>& numbers)
    {
        ++round_;
        for (const auto number : numbers) {
            auto& shard = shards_[number - 1];
            if (++shard.attempts > most_attempts)
                return fail(fmt::format("shard {} failed {} times, at last because {} (see {}/errors and {}/slurm); "
                                        "--resume tries again",
                                        number, most_attempts, end_.notes.back(), directory_of(shard),
                                        campaign_.output));
            const auto before = shard.round == 0 ? std::string() : journal_of(shard);
            shard.round = round_;
            shard.running = false;
            shard.lacking = 0;
            shard.counted = shard.lines = 0;
            std::error_code error;
            fs::create_directories(directory_of(shard), error);
            if (error) return fail(fmt::format("{} cannot be made: {}", directory_of(shard), error.message()));
            if (!before.empty()) fs::copy_file(before, journal_of(shard), error);
        }
        const auto said =
            ask({"sbatch", "--parsable", "--no-requeue", "--job-name", name_, "--array=" + ranges(numbers),
                 fmt::format("--cpus-per-task={}", campaign_.processors), "--nodes=1", "--ntasks=1", "--output",
                 campaign_.output + "/slurm/%A_%a.log", script_, std::to_string(round_)});
        if (said.status == 0) return submitted_ = true;
        return fail(fmt::format("sbatch refuses the {} tasks: {}{}", numbers.size(), said.text,
                                said.text.find("array") == std::string::npos
                                    ? ""
                                    : " (an array has at most 1,001 tasks unless MaxArraySize of slurm.conf says "
                                      "otherwise, and the first number is 0: take fewer --shards)"));
    }

    /// Which tasks the queue knows.
    void question_queue()
    {
        const auto said = ask({"squeue", "--noheader", "--array", "--name", name_, "--format", "%K %t"});
        trouble_ = said.status == 0 ? std::string() : said.text;
        queued_.clear();
        if (said.status != 0) return;
        std::istringstream lines(said.text);
        std::size_t number = 0;
        for (std::string state; lines >> number >> state;) {
            queued_.insert(number);
            if (number >= 1 && number <= shards_.size()) shards_[number - 1].running = state != "PD";
        }
    }

    /// -1: it has none.
    [[nodiscard]] int status_of(const Attempt& shard) const
    {
        const auto text = report::content_of(directory_of(shard) + "/status");
        int status = -1;
        std::from_chars(text.data(), text.data() + text.size(), status);
        return status;
    }

    /// Why a shard that ended well is not done all the same.
    [[nodiscard]] std::string trouble_of_done(const Attempt& shard) const
    {
        return campaign_.left_undone ? campaign_.left_undone(directory_of(shard)) : std::string();
    }

    /// Whether an attempt came to an end that makes another one necessary.
    bool ended(Attempt& shard, bool asked)
    {
        const int status = status_of(shard);
        if (status == 0) {
            const auto trouble = trouble_of_done(shard);
            shard.done = trouble.empty();
            if (!shard.done) note(shard, trouble);
            return !shard.done;
        }
        if (status > 0) {
            const auto errors = report::content_of(directory_of(shard) + "/errors");
            note(shard, fmt::format("it exited {}: {}", status, errors.substr(0, errors.find('\n'))));
            return true;
        }
        if (!asked) return false;
        shard.lacking = queued_.contains(shard.number) ? 0 : shard.lacking + 1;
        if (shard.lacking < answers_that_lack_it) return false;
        note(shard, "its task left the queue without a word: cancelled, killed, or its machine is gone");
        return true;
    }

    void note(const Attempt& shard, const std::string& why)
    {
        end_.notes.push_back(fmt::format("shard {}, attempt {}: {}", shard.number, shard.attempts, why));
    }

    static void count(std::ifstream& in, Attempt& shard)
    {
        std::string bytes(1U << 16U, '\0');
        while (in.read(bytes.data(), static_cast<std::streamsize>(bytes.size())) || in.gcount() > 0) {
            const auto got = static_cast<std::size_t>(in.gcount());
            shard.lines += static_cast<std::size_t>(std::count(bytes.begin(), bytes.begin() + in.gcount(), '\n'));
            shard.counted += got;
        }
    }

    void count_lines(Attempt& shard) const
    {
        if (shard.round == 0) return;
        std::ifstream in(journal_of(shard), std::ios::binary);
        if (in.seekg(static_cast<std::streamoff>(shard.counted))) count(in, shard);
    }

    const Campaign& campaign_;
    CampaignEnd& end_;
    std::vector<Attempt> shards_;
    std::string name_, script_;
    int round_ = 0;
    bool submitted_ = false;
    std::set<std::size_t> queued_;
    std::string trouble_;
};

} // namespace

std::string slurm_trouble()
{
    return ask({"sbatch", "--version"}).status != 127
               ? ""
               : "sbatch is not there: --on slurm needs the commands of Slurm (Debian: slurm-client)";
}

CampaignEnd run_on_slurm(const Campaign& campaign, const std::function<void(const CampaignProgress&)>& tell)
{
    CampaignEnd end;
    Array(campaign, end).run(tell);
    return end;
}

} // namespace faultline::run
