#include "cli/campaign_options.hpp"

#include "cli/interruption.hpp"
#include "report/progress_line.hpp"
#include "report/terminal.hpp"

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>

namespace faultline::cli {

namespace {

constexpr std::size_t usual_shards = 8, most_shards = 1'000'000;

/// 0: that is no number of shards.
std::size_t number_of_shards(const CampaignOptions& given)
{
    if (given.shards.empty()) return usual_shards;
    const auto* const end = given.shards.data() + given.shards.size();
    std::size_t number = 0;
    const auto read = std::from_chars(given.shards.data(), end, number);
    return read.ec == std::errc{} && read.ptr == end && number <= most_shards ? number : 0;
}

} // namespace

void add_campaign_options(Subcommand& self, CampaignOptions& given)
{
    self.option("--on", given.on, "local, or slurm: as one job array, merged at the end", "local|slurm");
    self.option("--shards", given.shards, "of --on slurm (default: 8); each should take minutes", "N");
}

std::string check_campaign(const CampaignOptions& given, bool has_shard, bool has_merge)
{
    if (number_of_shards(given) == 0)
        return fmt::format("--shards is '{}'; it must be a whole number from 1 to {}", given.shards, most_shards);
    if (!given.on_slurm()) {
        if (given.on != "local") return fmt::format("--on is '{}'; write local or slurm", given.on);
        return given.shards.empty() ? "" : "--shards says how many --on slurm makes; here --shard I/N does one of them";
    }
    if (has_shard) return "--on slurm makes the shards: say how many by --shards, without --shard";
    return has_merge ? "--on slurm merges by itself: --merge has no meaning with it" : "";
}

run::CampaignEnd run_campaign(run::Campaign campaign, const CampaignOptions& given, const std::string& jobs, bool quiet,
                              std::string_view results)
{
    std::error_code error;
    campaign.command.insert(campaign.command.begin(), std::filesystem::read_symlink("/proc/self/exe", error).string());
    // Without a number of its own a shard is one task on one processor.
    const auto at_once = jobs.empty() ? std::string("1") : jobs;
    campaign.command.insert(campaign.command.end(), {"--jobs", at_once});
    campaign.processors = static_cast<unsigned>(std::strtoul(at_once.c_str(), nullptr, 10));
    campaign.shards = number_of_shards(given);
    campaign.stop = &interrupted;
    run::CampaignEnd end;
    {
        report::ProgressLine line(quiet);
        end = run::run_on_slurm(campaign, [&](const run::CampaignProgress& progress) {
            line.say(fmt::format("{} of {} shards done  {} running  {} waiting  {} {}{}{}", progress.done,
                                 campaign.shards, progress.running, progress.waiting, progress.results, results,
                                 progress.trouble.empty() ? "" : "  ", report::printable(progress.trouble)));
        });
    }
    for (const auto& note : end.notes)
        fmt::print(stderr, "faultline: {}\n", report::printable(note));
    return end;
}

} // namespace faultline::cli
