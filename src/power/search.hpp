// From a recording to findings: the final and the initial state first, then the states that each model allows, each
// distinct tree once; what fails is made as small as it can be, and put together by what was lost.
#pragma once

#include "power/confined.hpp"

#include <atomic>
#include <optional>

namespace faultline::power {

struct Request {
    std::vector<const Rules*> models;
    std::string check; // empty: a state has to be a tree that some moment of the run had
    std::string acks;  // regular expression of what counts as an acknowledgement; its first group is the text
    bool exit_acknowledges = false; // so does the command's exit 0
    std::size_t budget = 500;       // distinct trees of one model
    unsigned jobs = 1;
    std::chrono::milliseconds timeout{10000};
    std::string scratch, output;
    std::vector<std::string> left_out; // directories that may have changed since the run, for results are written there
    bool split_rename = false;
    bool mutate_syncs = false; // search again without each sync
    const std::atomic<bool>* stop = nullptr;
    bool resume = false;                 // what stands in the output directory is not checked again
    std::vector<std::string> merge;      // directories of shards whose verdicts are joined; no state is checked anew
    std::uint64_t shard = 1, shards = 1; // only this part of the states; 0: none but those before and after the run
};

/// One state that was checked.
struct Checked {
    State state;
    std::string acked;
    Verdict verdict;
    std::uint32_t acknowledgements = 0;
    std::uint32_t first_cut = 0, last_cut = 0; // at which a disk can look so
    std::vector<std::string_view> models;
    std::uint64_t tree = 0; // digest of the files, the same within a process
};

struct Finding {
    Class kind = Class::failed;
    std::vector<std::uint32_t> lost; // operations; empty: a mere kill is enough
    std::uint32_t overtook = never;  // the first operation that is on disk although what is before it is not
    bool torn = false;
    std::uint32_t atomic = never; // where nothing is lost: an operation on the file that is neither old nor new
    std::uint32_t first_cut = 0, last_cut = 0; // where it fails
    std::string last_acknowledgement, reason;
    std::uint32_t acknowledged_by = never; // the operation that said so
    std::vector<std::string_view> models;
    std::vector<std::size_t> states; // numbers
};

/// What a sync is good for: what fails without it, and in which models; none: nothing that was tried.
struct SyncRole {
    std::uint32_t operation = 0;
    std::vector<std::string_view> models = {};
    Class kind = Class::clean;
    std::uint32_t lost = never; // the first operation that is lost in the first state that fails
    std::string reason = {};
};

struct Progress {
    std::size_t done = 0, all = 0, failing = 0;
    double seconds = 0;
};

struct Summary {
    std::string problem; // why there is no verdict
    std::vector<std::string> not_measured;
    std::vector<std::string> notes; // what is good to know
    std::vector<Checked> states;
    std::vector<Finding> findings;
    std::map<std::string_view, std::size_t> trees; // by model
    std::vector<SyncRole> syncs;                   // where that was asked for
    double seconds = 0;
    bool stopped = false;
};

[[nodiscard]] Summary search(const door::Recording& recording, const Request& request,
                             const std::function<void(const Progress&)>& tell);

/// The name of its system call.
[[nodiscard]] std::string_view operation_call(const door::Recording& recording, std::uint32_t operation);
/// "#4 write notes.txt"
[[nodiscard]] std::string operation_text(const door::Recording& recording, std::uint32_t operation);
/// "#4 write notes.txt (save at store.c:31) must be durable before #6 rename notes.txt (save at store.c:38)", "notes.txt
/// must be atomic (#4 write, save at store.c:31)".
[[nodiscard]] std::string need_text(const door::Recording& recording, const Finding& finding);
/// "fsync notes.txt after #4 and before #6"; empty where no sync helps.
[[nodiscard]] std::string fix_text(const door::Recording& recording, const Finding& finding);

/// Writes powerloss.json into the output directory. Returns what went wrong; empty: nothing.
[[nodiscard]] std::string write_summary(const door::Recording& recording, const Request& request,
                                        const Summary& summary);
/// The state of that number in a directory's powerloss.json. Throws std::runtime_error.
[[nodiscard]] State read_state(const std::string& directory, std::size_t number);

} // namespace faultline::power
