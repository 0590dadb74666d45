#include "explore/shard.hpp"

#include <charconv>
#include <fmt/format.h>
#include <optional>

namespace faultline::explore {

namespace {

/// How an engine tells a process which one of several it is. The first engine whose index is set counts, so those that run
/// inside of others come first.
struct Engine {
    std::string_view name;
    const char* index;
    const char* total;
    std::uint64_t first;   // the index of the first process …
    const char* least;     // … or the variable that has it
    std::string_view hint; // where the total comes from, if the engine itself does not set it
};
constexpr Engine engines[] = {
    {"Bazel", "TEST_SHARD_INDEX", "TEST_TOTAL_SHARDS", 0, nullptr, ""},
    {"GoogleTest's runners", "GTEST_SHARD_INDEX", "GTEST_TOTAL_SHARDS", 0, nullptr, ""},
    {"Slurm", "SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT", 0, "SLURM_ARRAY_TASK_MIN", ""},
    {"Kubernetes", "JOB_COMPLETION_INDEX", "FAULTLINE_SHARDS", 0, nullptr,
     "Kubernetes does not tell a pod how many there are: set it beside `completions` in the job"},
    {"GitLab", "CI_NODE_INDEX", "CI_NODE_TOTAL", 1, nullptr, ""},
};

std::optional<std::uint64_t> number(std::string_view text)
{
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return {};
    return value;
}

std::string read_from(const Engine& engine, Variable variable, Shard& shard)
{
    const char* const index = variable(engine.index);
    const char* const total = variable(engine.total);
    if (total == nullptr)
        return fmt::format("--shard auto: {} is set and {} is not{}{}", engine.index, engine.total,
                           engine.hint.empty() ? "" : "; ", engine.hint);
    const char* const least = engine.least != nullptr ? variable(engine.least) : nullptr;
    const auto first = least != nullptr ? number(least) : engine.first;
    const auto at = number(index);
    const auto of = number(total);
    if (!first || !at || !of || *at < *first || *at - *first >= *of)
        return fmt::format("--shard auto: {} is '{}' and {} is '{}', which is no part of a whole as {} has it (the "
                           "first one is {})",
                           engine.index, index, engine.total, total, engine.name,
                           first ? std::to_string(*first) : std::string(least));
    shard = {*at - *first + 1, *of};
    return {};
}

} // namespace

std::string known_engines()
{
    std::string text;
    for (const auto& engine : engines)
        text += fmt::format("{}{} and {} ({})", text.empty() ? "" : ", ", engine.index, engine.total, engine.name);
    return text;
}

std::string read_shard(std::string_view text, Variable variable, Shard& shard)
{
    if (text == "auto") {
        for (const auto& engine : engines)
            if (variable(engine.index) != nullptr) return read_from(engine, variable, shard);
        return fmt::format("--shard auto: nothing in the environment says which shard this is (known: {}); write "
                           "--shard 3/16 instead",
                           known_engines());
    }
    const auto slash = text.find('/');
    const auto at = slash == std::string_view::npos ? std::nullopt : number(text.substr(0, slash));
    const auto of = slash == std::string_view::npos ? std::nullopt : number(text.substr(slash + 1));
    if (!at || !of || *at == 0 || *at > *of)
        return fmt::format("--shard is '{}'; write 3/16 for the third of sixteen, or auto", text);
    shard = {*at, *of};
    return {};
}

} // namespace faultline::explore
