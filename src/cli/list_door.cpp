// faultline list --door kernel: what each function is at the other door.
#include "cli/list.hpp"

#include "calls/functions.hpp"
#include "door/fit.hpp"
#include "report/terminal.hpp"

#include <algorithm>

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

} // namespace

std::string door_text(const Names& names)
{
    std::vector<std::vector<std::string>> rows{{"FUNCTION", "SYSTEM CALLS"}};
    for (const auto name : chosen(names)) {
        const auto calls = door::system_calls_of(name);
        rows.push_back({std::string(name), calls.empty() ? "none: " + door::instead_of(name) : calls});
    }
    return report::table(rows, {false, false});
}

Json door_json(const Names& names)
{
    auto object = Json::object();
    for (const auto name : chosen(names)) {
        const auto calls = door::system_calls_of(name);
        auto& about = object[name] = Json::object();
        about["system_calls"] = calls.empty() ? Json() : Json(calls);
        about["instead"] = calls.empty() ? Json(door::instead_of(name)) : Json();
    }
    return object;
}

} // namespace faultline::cli
