#include "explore/gather.hpp"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <fmt/format.h>
#include <tuple>

namespace faultline::explore {

namespace {

bool speaks_for(const Point& one, const Point& other, const std::vector<Site>& trace)
{
    if (weaker(one, other) || weaker(other, one)) return weaker(one, other);
    const auto order = [&trace](const Point& point) {
        const auto& strike = point.strikes.back();
        const auto same = [&](const Site& site) { return site.id == strike.site && site.function == strike.function; };
        return std::tuple(std::ranges::find_if(trace, same) - trace.begin(), point.id());
    };
    return order(one) < order(other);
}

/// Who is kept from speaking by a further fault is no better and no worse for it.
std::vector<Class> as_bad_as(Class kind)
{
    const bool wrong = kind == Class::silent_wrong || kind == Class::told_wrong;
    return wrong ? std::vector{Class::silent_wrong, Class::told_wrong} : std::vector{kind};
}

Strike strike_of(const Struck& struck)
{
    Strike strike;
    strike.function = struck.function;
    strike.site = struck.site;
    return strike;
}

/// Of a call from a place that the trace has not: the code that made it, as far as that is known.
Site site_with(std::vector<report::Address> stack)
{
    Site site;
    site.stack = std::move(stack);
    return site;
}

/// What makes of a finding a part of another, or nothing of interest: its key; empty where it stays by itself.
std::string explanation(const Finding& finding, const std::map<std::string, Finding>& findings, const Places& places)
{
    if (finding.point.strikes.back().persistence != Persistence::everywhere) return {};
    for (const auto& struck : finding.struck) {
        const auto strike = strike_of(struck);
        const auto known = places.site_of(strike);
        const auto site = known ? *known : site_with({{struck.module, struck.offset}});
        const bool swallowed =
            is_absorbed(places.absorbed, strike, site) ||
            (is_killed(finding.kind) && is_absorbed(places.absorbed, strike, site_with(finding.crash.stack)));
        if (swallowed) return std::string(absorbed);
        if (is_killed(finding.kind)) continue; // where it was killed makes it one finding anyway
        for (const auto kind : as_bad_as(finding.kind))
            for (const auto& place : {known, std::optional(site)}) { // a second fault's site is not in the trace either
                auto key = merge_key({kind, {}}, {{strike}}, place, {});
                if (key != finding.key && findings.contains(key)) return key;
            }
    }
    return {};
}

} // namespace

void settle_child(const Baseline& baseline, const Observation& seen, const Crash& crash, Outcome& outcome)
{
    if (crash.signal == SIGABRT)
        outcome = {Class::abort, fmt::format("SIGABRT in {}", crash.program)};
    else if (crash.signal != 0)
        outcome.detail = fmt::format("SIG{} in {}", sigabbrev_np(crash.signal), crash.program);
    else {
        auto without = seen;
        without.died.clear();
        outcome = classify(baseline, without);
    }
}

void gather(std::map<std::string, Finding>& findings, const std::vector<Site>& trace, const Line& line,
            const std::optional<Site>& site, const Observation& seen, const Crash& crash)
{
    const auto [found, is_new] = findings.try_emplace(line.key);
    auto& finding = found->second;
    if (!is_new) {
        finding.others.push_back(line.point);
        if (!speaks_for(line.point, finding.point, trace)) return;
        finding.others.back() = finding.point;
    }
    finding.kind = line.outcome.kind;
    finding.detail = line.outcome.detail;
    finding.key = line.key;
    finding.point = line.point;
    finding.site = site;
    finding.crash = crash;
    finding.out = seen.out;
    finding.err = seen.err;
    finding.struck = seen.struck;
}

std::map<std::string, std::string> join_explained(std::map<std::string, Finding>& findings, const Places& places)
{
    std::map<std::string, std::string> gone;
    for (auto each = findings.begin(); each != findings.end();) {
        const auto key = explanation(each->second, findings, places);
        if (key.empty()) {
            ++each;
            continue;
        }
        if (key != absorbed) {
            auto& others = findings.at(key).others;
            others.push_back(each->second.point);
            others.insert(others.end(), each->second.others.begin(), each->second.others.end());
        }
        for (auto& [from, to] : gone)
            if (to == each->first) to = key;
        gone[each->first] = key;
        each = findings.erase(each);
    }
    return gone;
}

} // namespace faultline::explore
