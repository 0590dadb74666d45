#include "cli/powerloss_options.hpp"

#include "cli/explore_options.hpp"
#include "cli/interruption.hpp"
#include "power/promises.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <thread>

namespace faultline::cli {

namespace {

namespace fs = std::filesystem;

std::vector<const power::Rules*> default_models()
{
    std::vector<const power::Rules*> chosen;
    for (const auto& rules : power::models)
        if (rules.by_default) chosen.push_back(&rules);
    return chosen;
}

std::vector<std::string_view> known_models()
{
    std::vector<std::string_view> names(power::models.size());
    std::ranges::transform(power::models, names.begin(), &power::Rules::name);
    return names;
}

/// What a finding can be.
std::vector<std::string_view> failing_classes()
{
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < power::class_names.size(); ++i)
        if (is_failing(static_cast<power::Class>(i))) names.push_back(power::class_names[i]);
    return names;
}

/// A whole number of at least 1.
bool read_number(const std::string& text, std::uint64_t& into)
{
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
    return error == std::errc{} && end == text.data() + text.size() && into >= 1 && into <= 1'000'000;
}

/// Options that are part of the settings.
struct SharedOption {
    const char* option;
    std::string PowerlossOptions::*text;
    bool PowerlossOptions::*flag;
};
constexpr SharedOption shared_options[] = {
    {"--model", &PowerlossOptions::models, nullptr},
    {"--check", &PowerlossOptions::check, nullptr},
    {"--ack", &PowerlossOptions::ack, nullptr},
    {"--ack-exit", nullptr, &PowerlossOptions::ack_exit},
    {"--budget", &PowerlossOptions::budget, nullptr},
    {"--timeout", &PowerlossOptions::timeout, nullptr},
    {"--split-rename", nullptr, &PowerlossOptions::split_rename},
};

} // namespace

explore::Settings settings_of(const PowerlossOptions& given)
{
    explore::Settings settings{given.command, {}};
    for (const auto& row : shared_options) {
        const auto value = row.text != nullptr ? given.*row.text : std::string();
        if (!value.empty() || (row.flag != nullptr && given.*row.flag))
            settings.options.emplace_back(row.option, value);
    }
    for (const auto& root : given.roots)
        settings.options.emplace_back("--root", fs::absolute(root).lexically_normal().string());
    return settings;
}

std::string to_request(const PowerlossOptions& given, power::Request& request)
{
    request.models = default_models();
    if (!given.models.empty()) request.models.clear();
    for (const auto& name : split(given.models)) {
        const auto* const rules = power::model_named(name);
        if (rules == nullptr)
            return fmt::format("--model: there is no '{}' (there are {})", name, fmt::join(known_models(), ", "));
        request.models.push_back(rules);
    }
    for (const auto& name : split(given.fail_on))
        if (given.fail_on != "none" && std::ranges::count(failing_classes(), name) == 0)
            return fmt::format("--fail-on: there is no class '{}' (there are none, {})", name,
                               fmt::join(failing_classes(), ", "));
    std::uint64_t budget = 0, seconds = 0, jobs = std::max(1U, std::thread::hardware_concurrency());
    if (!read_number(given.budget, budget)) return fmt::format("--budget is '{}'; write a number", given.budget);
    if (!read_number(given.timeout, seconds)) return fmt::format("--timeout is '{}'; write seconds", given.timeout);
    if (!given.jobs.empty() && !read_number(given.jobs, jobs))
        return fmt::format("--jobs is '{}'; write a number", given.jobs);
    std::string wrong;
    const power::Promises tried(given.ack, wrong);
    if (!wrong.empty()) return fmt::format("--ack is '{}': {}", given.ack, wrong);
    request.check = given.check;
    request.acks = given.ack;
    request.exit_acknowledges = given.ack_exit;
    request.split_rename = given.split_rename;
    request.budget = budget;
    request.jobs = static_cast<unsigned>(std::min<std::uint64_t>(jobs, 256));
    request.timeout = std::chrono::seconds(seconds);
    request.stop = &interrupted;
    request.output = fs::absolute(given.output).lexically_normal().string();
    request.resume = given.resume;
    request.mutate_syncs = given.mutate_syncs;
    if (auto problem = check_campaign(given.campaign, !given.shard.empty(), !given.merge.empty()); !problem.empty())
        return problem;
    if (given.mutate_syncs && (!given.shard.empty() || !given.merge.empty() || given.campaign.on_slurm()))
        return "--mutate-syncs searches all states: it has no meaning with --shard, --merge or --on slurm";
    std::error_code error;
    for (const auto& directory : given.merge) {
        if (fs::equivalent(directory, given.output, error))
            return fmt::format("--merge: {} is the output directory (-o) as well: name another one", directory);
        request.merge.push_back(fs::absolute(directory).lexically_normal().string());
    }
    if (!given.merge.empty() && !given.shard.empty()) return "--merge joins all shards: --shard has no meaning with it";
    if (!given.merge.empty() && given.resume) return "--merge is not to be resumed: it checks no state anew";
    if ((given.resume || given.campaign.on_slurm()) && given.check.empty())
        return fmt::format("{}: without --check there is nothing that takes time",
                           given.resume ? "--resume" : "--on slurm");
    return given.shard.empty() ? "" : read_shard_option(given.shard, request.shard, request.shards);
}

} // namespace faultline::cli
