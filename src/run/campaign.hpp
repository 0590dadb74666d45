// A campaign is one exploration or search on many machines: Slurm runs its shards as the tasks of a job array. The machines
// share nothing but the output directory. There each attempt at a shard has a directory of its own, so that one that was
// given up and still runs somewhere never writes into the journal of the next.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace faultline::run {

struct Campaign {
    std::vector<std::string>
        command; // does one shard once --shard, -o and `program` are added, and exits 0 if all is done
    std::vector<std::string> program; // and its arguments
    std::size_t journal_head = 0;     // lines of the journal that are no results
    std::string journal; // what a shard writes into its directory, a line for each result, and goes on with
    /// Why what stands in the directory of a shard that exited 0 is not all of it; empty: it is. None: it always is.
    std::function<std::string(const std::string& directory)> left_undone;
    std::string output; // a directory that all machines see under this path
    std::size_t shards = 1;
    unsigned processors = 1; // for each of them
    bool resume = false;     // what an earlier campaign in the directory has done is not done again
    const std::atomic<bool>* stop = nullptr;
};

struct CampaignProgress {
    std::size_t done = 0, running = 0, waiting = 0; // shards
    std::size_t results = 0;                        // by their journals
    std::string trouble;                            // the queue cannot be asked, and why
};

struct CampaignEnd {
    std::string problem;                  // why it was given up; empty: every shard was done
    std::vector<std::string> directories; // of the shards: what is to be merged
    std::vector<std::string> notes;       // attempts that failed
};

/// Why nothing can be submitted from here, as far as that shows without trying; empty: it can.
[[nodiscard]] std::string slurm_trouble();

/// Submits the shards, follows their journals, and submits again what failed or vanished, to go on with its journal: three
/// times at most. What still runs when it gives up is cancelled.
[[nodiscard]] CampaignEnd run_on_slurm(const Campaign& campaign,
                                       const std::function<void(const CampaignProgress&)>& tell);

} // namespace faultline::run
