#include "cli/explore_options.hpp"

#include "explore/findings_files.hpp"
#include "explore/shard.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fstream>
#include <initializer_list>
#include <thread>

namespace faultline::cli {

namespace {

namespace fs = std::filesystem;

std::vector<std::string> default_families()
{
    std::vector<std::string> names;
    for (const auto& family : explore::families())
        if (family.by_default) names.emplace_back(family.name);
    return names;
}

/// "90s", "10m": a duration of a command line. Negative: it is none.
double seconds_of(const std::string& text)
{
    char* end = nullptr;
    const double number = std::strtod(text.c_str(), &end);
    const std::string_view unit(end);
    if (end == text.c_str() || number <= 0) return -1;
    if (unit.empty() || unit == "s") return number;
    if (unit == "ms") return number / 1000;
    if (unit == "m") return number * 60;
    if (unit == "h") return number * 3600;
    return -1;
}

struct Number {
    std::string_view option;
    const std::string& text;
    std::uint64_t least, most;
    std::uint64_t& into;

    [[nodiscard]] bool read() const
    {
        if (text.empty()) return true;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
        return error == std::errc{} && end == text.data() + text.size() && into >= least && into <= most;
    }
};

/// One of some words, which stand in the order of the enumerators.
template <class Enum>
bool read_word(std::string_view text, std::initializer_list<std::string_view> words, Enum& into)
{
    const auto* const found = std::ranges::find(words, text);
    if (found == words.end()) return false;
    into = static_cast<Enum>(found - words.begin());
    return true;
}

/// Options that are part of the settings. A place differs from machine to machine and does not decide anything.
struct KeptOption {
    const char* option;
    std::string ExploreOptions::*text;
    bool ExploreOptions::*flag;
    bool place;
};
constexpr KeptOption kept_options[] = {
    {"--try", &ExploreOptions::families, nullptr, false},    {"--workdir", &ExploreOptions::workdir, nullptr, true},
    {"--empty", nullptr, &ExploreOptions::empty, false},     {"--in-place", nullptr, &ExploreOptions::in_place, false},
    {"--stdin", &ExploreOptions::input, nullptr, true},      {"--absorb", &ExploreOptions::absorb, nullptr, true},
    {"--check", &ExploreOptions::check, nullptr, false},     {"--recover", &ExploreOptions::recover, nullptr, false},
    {"--timeout", &ExploreOptions::timeout, nullptr, false}, {"--every", nullptr, &ExploreOptions::every, false},
    {"--depth", &ExploreOptions::depth, nullptr, false},     {"--sample", &ExploreOptions::sample, nullptr, false},
    {"--seed", &ExploreOptions::seed, nullptr, false},       {"--door", &ExploreOptions::door, nullptr, false},
};
constexpr const char* environment_option = "--env";

explore::Settings without_places(explore::Settings settings)
{
    std::erase_if(settings.options, [](const auto& option) {
        return std::ranges::any_of(kept_options,
                                   [&](const KeptOption& kept) { return kept.place && option.first == kept.option; });
    });
    return settings;
}

} // namespace

std::vector<std::string> split(const std::string& list)
{
    std::vector<std::string> words;
    for (std::size_t at = 0; at <= list.size() && !list.empty();) {
        const auto end = std::min(list.find(',', at), list.size());
        words.push_back(list.substr(at, end - at));
        at = end + 1;
    }
    return words;
}

std::string read_shard_option(const std::string& text, std::uint64_t& number, std::uint64_t& of)
{
    explore::Shard shard;
    const explore::Variable variable = [](const char* name) -> const char* { return std::getenv(name); };
    if (auto problem = explore::read_shard(text, variable, shard); !problem.empty()) return problem;
    // Bazel takes a test that does not touch this file for one that knows nothing of shards.
    const char* const advertised = std::getenv("TEST_SHARD_STATUS_FILE");
    if (text == "auto" && advertised != nullptr && !std::ofstream(advertised, std::ios::app))
        return fmt::format("--shard auto: TEST_SHARD_STATUS_FILE is '{}', which cannot be written: {}", advertised,
                           std::strerror(errno));
    number = shard.number;
    of = shard.of;
    return {};
}

std::string to_options(const ExploreOptions& given, explore::Options& options)
{
    options.families = given.families.empty() ? default_families() : split(given.families);
    for (const auto& name : options.families)
        if (std::ranges::none_of(explore::families(), [&](const auto& family) { return family.name == name; })) {
            std::vector<std::string_view> names;
            for (const auto& family : explore::families())
                names.push_back(family.name);
            return fmt::format("--try: there is no family '{}' (there are {})", name, fmt::join(names, ", "));
        }
    for (const auto& name : split(given.fail_on))
        if (given.fail_on != "none" && !explore::class_named(name))
            return fmt::format("--fail-on: there is no outcome '{}' (there are none, {})", name,
                               fmt::join(explore::class_names, ", "));
    const auto duration = [](const std::string& text, std::chrono::nanoseconds& into) {
        if (text.empty()) return true;
        const double seconds = seconds_of(text);
        if (seconds < 0) return false;
        into = std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
        return true;
    };
    if (!duration(given.time, options.time)) return fmt::format("--time is '{}'; write 30s, 10m or 2h", given.time);
    if (!duration(given.timeout, options.timeout))
        return fmt::format("--timeout is '{}'; write 500ms, 5s or 1m", given.timeout);
    if (!given.shard.empty())
        if (auto problem = read_shard_option(given.shard, options.shard, options.shards); !problem.empty())
            return problem;
    std::error_code error;
    const auto workdir = given.workdir.empty() ? fs::current_path(error) : fs::canonical(given.workdir, error);
    if (error || !fs::is_directory(workdir, error))
        return fmt::format("--workdir: {} is no directory that can be used", given.workdir);
    options.work.surroundings.working = workdir.string();
    options.work.surroundings.in_place = given.in_place;
    if (!given.empty && !given.in_place) options.work.original = workdir.string();
    if (!given.input.empty()) {
        options.work.surroundings.input = fs::absolute(given.input, error).string();
        if (!fs::is_regular_file(options.work.surroundings.input, error))
            return fmt::format("--stdin: {} is no file", given.input);
    }
    for (const auto& each : given.environment)
        if (each.find('=') == std::string::npos || each.starts_with('='))
            return fmt::format("--env is '{}'; write NAME=VALUE", each);
    std::string problem;
    if (!given.known.empty()) options.known = explore::read_known(given.known, problem);
    if (!given.accept.empty()) options.known.merge(explore::read_known(given.accept, problem));
    if (!given.absorb.empty()) options.absorbed = explore::read_absorbed(given.absorb, problem);
    if (!problem.empty()) return problem;
    options.work.has_check = !given.check.empty();
    options.work.has_recovery = true;
    options.output = fs::absolute(given.output, error).string();
    options.every = given.every;
    if (!read_word(given.fork_server, {"auto", "off", "on"}, options.fork_server))
        return fmt::format("--fork-server is '{}'; write auto, on or off", given.fork_server);
    if (!read_word(given.copies, {"auto", "disk", "memory"}, options.copies))
        return fmt::format("--copies is '{}'; write auto, disk or memory", given.copies);
    std::uint64_t jobs = std::max(1U, std::thread::hardware_concurrency());
    std::uint64_t depth = 1;
    constexpr std::uint64_t large = ~std::uint64_t{0} >> 1U;
    const Number numbers[] = {{"--jobs", given.jobs, 1, 1024, jobs},
                              {"--depth", given.depth, 1, 2, depth},
                              {"--sample", given.sample, 1, large, options.sample},
                              {"--seed", given.seed, 0, large, options.seed}};
    for (const auto& number : numbers)
        if (!number.read())
            return fmt::format("{} is '{}'; it must be a whole number from {} to {}", number.option, number.text,
                               number.least, number.most);
    if (auto wrong = check_campaign(given.campaign, !given.shard.empty(), !given.merge.empty()); !wrong.empty())
        return wrong;
    options.jobs = static_cast<unsigned>(jobs);
    options.depth = static_cast<int>(depth);
    options.resume = given.resume;
    for (const auto& each : given.merge)
        options.merge.push_back(fs::absolute(each, error).string());
    options.settings = settings_of(given);
    return {};
}

explore::Settings settings_of(const ExploreOptions& given)
{
    explore::Settings settings;
    settings.command = given.command;
    std::error_code error;
    for (const auto& row : kept_options) {
        if (row.flag != nullptr) {
            if (given.*row.flag) settings.options.emplace_back(row.option, "");
            continue;
        }
        auto value = given.*row.text;
        if (row.text == &ExploreOptions::workdir && value.empty()) value = ".";
        if (row.place && !value.empty()) value = fs::absolute(value, error).lexically_normal().string();
        if (!value.empty()) settings.options.emplace_back(row.option, value);
    }
    for (const auto& each : given.environment)
        settings.options.emplace_back(environment_option, each);
    return settings;
}

void fill_in(ExploreOptions& given, const explore::Settings& settings)
{
    if (given.command.empty()) given.command = settings.command;
    const auto from_there = [&](const char* option) {
        const auto found = std::ranges::find(settings.options, option, [](const auto& each) { return each.first; });
        return found == settings.options.end() ? nullptr : &*found;
    };
    for (const auto& row : kept_options) {
        const auto* const there = from_there(row.option);
        if (there == nullptr) continue;
        if (row.flag != nullptr) given.*row.flag = true;
        if (row.text != nullptr && (given.*row.text).empty()) given.*row.text = there->second;
    }
    if (given.environment.empty())
        for (const auto& [option, value] : settings.options)
            if (option == environment_option) given.environment.push_back(value);
}

std::string adopt_settings(ExploreOptions& given)
{
    if (!given.shard.empty()) return "--merge joins all shards: --shard has no meaning with it";
    if (given.resume) return "--merge begins a journal: --resume it later, with the same -o and without --merge";
    std::string problem;
    std::error_code error;
    explore::Settings all;
    for (const auto& directory : given.merge) {
        if (fs::equivalent(directory, given.output, error))
            return fmt::format("--merge: {} is the output directory (-o) as well: name another one", directory);
        const auto settings = explore::read_settings(directory, problem);
        if (!settings) return fmt::format("--merge: {}", problem);
        if (&directory == &given.merge.front()) all = *settings;
        const auto other =
            explore::difference(without_places(all), given.merge.front(), without_places(*settings), directory);
        if (!other.empty()) return fmt::format("--merge: these are no parts of one exploration: {}", other);
    }
    // What was typed may repeat what the journals say, and not contradict it.
    auto typed = given;
    fill_in(typed, all);
    const auto other = explore::difference(without_places(all), given.merge.front(), without_places(settings_of(typed)),
                                           "what was typed");
    if (!other.empty()) return fmt::format("--merge: {}", other);
    given = std::move(typed);
    return {};
}

std::string check_resumed(const ExploreOptions& given)
{
    std::error_code error;
    if (!fs::exists(given.output + "/settings.json", error)) return {}; // nothing was begun, or by an older version
    std::string problem;
    const auto settings = explore::read_settings(given.output, problem);
    if (!settings) return fmt::format("--resume: {}", problem);
    const auto other = explore::difference(without_places(*settings), given.output, without_places(settings_of(given)),
                                           "what was typed");
    return other.empty() ? other : fmt::format("--resume: that is another exploration: {}", other);
}

std::vector<std::string> as_arguments(const explore::Settings& settings)
{
    std::vector<std::string> words;
    for (const auto& [option, value] : settings.options)
        words.push_back(value.empty() ? option : fmt::format("{}={}", option, value)); // a value may begin with a dash
    return words;
}

} // namespace faultline::cli
