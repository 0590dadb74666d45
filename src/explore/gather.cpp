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

} // namespace faultline::explore
