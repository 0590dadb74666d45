// What can be typed behind `faultline powerloss`, and what it means.
#pragma once

#include "cli/campaign_options.hpp"
#include "explore/settings.hpp"
#include "power/search.hpp"

#include <string>
#include <vector>

namespace faultline::cli {

/// As it was typed.
struct PowerlossOptions {
    std::vector<std::string> command, roots, merge;
    std::string models, check, ack, output = "faultline-powerloss", budget = "500", jobs, timeout = "10", shard,
                                    fail_on;
    CampaignOptions campaign;
    bool ack_exit = false, split_rename = false, quiet = false, resume = false, mutate_syncs = false;
};

/// What decides which run was recorded, which states there are and what is said of them: the same for all shards.
[[nodiscard]] explore::Settings settings_of(const PowerlossOptions& given);

/// Turns what was typed into a request. Returns what is wrong; empty: nothing.
[[nodiscard]] std::string to_request(const PowerlossOptions& given, power::Request& request);

} // namespace faultline::cli
