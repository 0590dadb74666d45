// --on and --shards: for commands whose work can be divided among machines.
#pragma once

#include "cli/options.hpp"
#include "run/campaign.hpp"

#include <string>
#include <string_view>

namespace faultline::cli {

/// As they were typed.
struct CampaignOptions {
    std::string on = "local", shards;
    [[nodiscard]] bool on_slurm() const { return on == "slurm"; }
};

void add_campaign_options(Subcommand& self, CampaignOptions& given);

/// What is wrong with them, also beside --shard and --merge; empty: nothing.
[[nodiscard]] std::string check_campaign(const CampaignOptions& given, bool has_shard, bool has_merge);

/// Has Slurm do the shards, shows how far they are, and says which attempts failed. The campaign's command is the
/// subcommand with its options, but for --jobs, which is `jobs`, or 1 where that is empty. `results`: what they are called.
[[nodiscard]] run::CampaignEnd run_campaign(run::Campaign campaign, const CampaignOptions& given,
                                            const std::string& jobs, bool quiet, std::string_view results);

} // namespace faultline::cli
