// What can be typed behind `faultline explore`, and what it means.
#pragma once

#include "cli/campaign_options.hpp"
#include "explore/explorer.hpp"
#include "run/target.hpp"

#include <functional>
#include <string>
#include <vector>

namespace faultline::cli {

/// As it was typed.
struct ExploreOptions {
    std::vector<std::string> command;
    std::string families, fail_on;
    std::string workdir, input, check, recover, known, accept, absorb, output = "faultline-explore", time, timeout,
                                                                       shard;
    std::vector<std::string> environment, merge;
    bool in_place = false, empty = false, every = false, resume = false, quiet = false, json = false;
    std::string jobs, depth, sample, seed, fork_server = "auto", copies = "auto";
    CampaignOptions campaign;
    std::string door; // empty: auto
};

/// "crash,hang" as words.
[[nodiscard]] std::vector<std::string> split(const std::string& list);

/// What --shard says: I/N, or auto. Returns what is wrong; empty: nothing.
[[nodiscard]] std::string read_shard_option(const std::string& text, std::uint64_t& shard, std::uint64_t& shards);

/// Turns what was typed into options. Returns what is wrong; empty: nothing.
[[nodiscard]] std::string to_options(const ExploreOptions& given, explore::Options& options);

/// What decides which points there are: the same wherever its shards run.
[[nodiscard]] explore::Settings settings_of(const ExploreOptions& given);

/// Takes what was not typed from the explorations that are to be merged. Returns what is wrong: they are not parts of one.
[[nodiscard]] std::string adopt_settings(ExploreOptions& given);

/// Takes what was not typed from an exploration's settings.
void fill_in(ExploreOptions& given, const explore::Settings& settings);

/// What can be done in the surroundings that an exploration makes: where the runs have their place, what makes their
/// commands, and what the command is. The exit status.
using InSurroundings =
    std::function<int(explore::Options options, const std::string& root, const explore::Prepare&, const run::Target&)>;
/// Makes them and does it; or says what is wrong with command or options, and returns the status for that.
[[nodiscard]] int in_surroundings(const ExploreOptions& given, explore::Options options, const InSurroundings& what);
/// Exit statuses of whatever searches: it found what was asked for, or learnt no baseline.
inline constexpr int found_something = 1;
inline constexpr int nothing_explored = 124;

/// Whether an exploration in the output directory is the one that is to be resumed. Returns why not.
[[nodiscard]] std::string check_resumed(const ExploreOptions& given);

/// Those settings as options of a command line.
[[nodiscard]] std::vector<std::string> as_arguments(const explore::Settings& settings);

} // namespace faultline::cli
