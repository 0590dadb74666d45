// faultline list --door kernel: what each function is at the other door.
#include "cli/list.hpp"

#include "calls/functions.hpp"
#include "door/fit.hpp"
#include "report/terminal.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace faultline::cli {

namespace {

/// Of every function, where none are named.
Names chosen(const Names& names)
{
    if (!names.empty()) return names;
    Names all;
    for (const auto& spec : calls::table)
        if (spec.means.empty()) all.push_back(spec.name);
    std::ranges::sort(all);
    return all;
}

/// "openat (at AT_FDCWD)"
std::string in_words(const door::Becomes& each)
{
    return each.when.empty() ? std::string(each.call) : fmt::format("{} ({})", each.call, each.when);
}

} // namespace

std::string door_text(const Names& names)
{
    std::vector<std::vector<std::string>> rows{{"FUNCTION", "SYSTEM CALLS"}};
    for (const auto name : chosen(names)) {
        std::vector<std::string> calls;
        for (const auto& each : door::system_calls_of(name))
            calls.push_back(in_words(each));
        rows.push_back({std::string(name),
                        calls.empty() ? "none: " + door::instead_of(name) : fmt::format("{}", fmt::join(calls, ", "))});
    }
    return report::table(rows, {false, false});
}

Json door_json(const Names& names)
{
    auto object = Json::object();
    for (const auto name : chosen(names)) {
        auto& about = object[name] = Json::object();
        const auto becomes = door::system_calls_of(name);
        auto& calls = about["system_calls"] = Json::array();
        for (const auto& each : becomes)
            calls.push_back(
                Json::object({{"name", each.call}, {"when", each.when.empty() ? Json() : Json(each.when)}}));
        about["instead"] = becomes.empty() ? Json(door::instead_of(name)) : Json();
    }
    return object;
}

} // namespace faultline::cli
