#include "report/exploration.hpp"

#include "engine/draw.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <set>
#include <tuple>

namespace faultline::report {

namespace {

std::size_t rank_of(const std::string& persistence)
{
    return static_cast<std::size_t>(std::ranges::find(persistence_names, persistence) - persistence_names.begin());
}

using Order = std::map<std::pair<std::string_view, std::string_view>, std::size_t>; // of sites in the trace

bool is_everywhere(const Strike& strike) { return strike.persistence == persistence_names.back(); }

/// What strikes everywhere last; few faults before many, few matches struck before many, early before late.
auto weight(const Finding& finding, const Order& order)
{
    const auto last = finding.strikes.empty() ? Strike() : finding.strikes.back();
    const auto found = order.find({last.function, last.site});
    return std::tuple(is_everywhere(last), finding.strikes.size(), rank_of(last.persistence), last.match,
                      found == order.end() ? order.size() : found->second, finding.point);
}

/// Roughly the order in which explorations try them: everywhere once before anywhere again.
auto order(const Point& point)
{
    const auto last = point.strikes.empty() ? Strike() : point.strikes.back();
    return std::tuple(point.strikes.size(), rank_of(last.persistence), last.match != 1, point.id);
}

void append_new(std::vector<std::string>& list, const std::vector<std::string>& others)
{
    for (const auto& each : others)
        if (std::ranges::count(list, each) == 0) list.push_back(each);
}

/// One of two findings with the same key: the weaker point speaks for both.
void join(Finding& into, Finding& other, const Order& order)
{
    if (weight(other, order) < weight(into, order)) std::swap(into, other);
    into.also.insert(into.also.end(), other.also.begin(), other.also.end());
    if (other.point != into.point) into.also.push_back(words(other.strikes));
    into.known = into.known && other.known;
}

} // namespace

std::size_t persistence_of(std::string_view name)
{
    const auto* const found = std::ranges::find(persistence_names, name);
    return found == persistence_names.end() ? 0 : static_cast<std::size_t>(found - persistence_names.begin());
}

std::string_view base_name(std::string_view path)
{
    const auto slash = path.rfind('/');
    return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string words(const Strike& strike)
{
    const auto whom = strike.path.empty() ? "@" + strike.site : " " + strike.path;
    return fmt::format("{}{} {}{}{}", strike.function, whom, strike.error.empty() ? strike.type : strike.error,
                       strike.match == 1 ? "" : fmt::format(", match {}", strike.match),
                       strike.persistence == "once" ? "" : ", " + strike.persistence);
}

std::string words(const std::vector<Strike>& strikes)
{
    std::string result;
    for (const auto& strike : strikes)
        result += (result.empty() ? "" : " + ") + words(strike);
    return result;
}

std::string words(const Frame& frame, bool paths)
{
    const auto name = [paths](const std::string& path) { return paths ? path : std::string(base_name(path)); };
    auto place = frame.module.empty() ? fmt::format("{:#x}", frame.offset)
                                      : fmt::format("{}+{:#x}", name(frame.module), frame.offset);
    if (frame.function.empty()) return place;
    if (frame.file.empty()) return fmt::format("{} ({})", frame.function, place);
    return fmt::format("{} at {}:{} ({})", frame.function, name(frame.file), frame.line, place);
}

std::string stable_words(const Frame& frame)
{
    if (frame.function.empty()) return frame.module.empty() && frame.offset == 0 ? "" : words(frame);
    if (frame.file.empty()) return fmt::format("{} in {}", frame.function, base_name(frame.module));
    return fmt::format("{} at {}:{}", frame.function, base_name(frame.file), frame.line);
}

std::string words(const Place& place)
{
    const auto at = stable_words(place.at);
    return place.path.empty() || at.empty() ? place.path + at : fmt::format("{} ({})", place.path, at);
}

bool in_go_library(std::string_view function, std::string_view outermost)
{
    if (!outermost.starts_with("runtime.")) return false;
    // Its packages are those whose path begins with a word without a dot; a program's own is main.
    const auto slash = function.rfind('/');
    const auto package = function.substr(0, function.find('.', slash == std::string_view::npos ? 0 : slash));
    const auto first = package.substr(0, package.find('/'));
    return first != "main" && first.find('.') == std::string_view::npos;
}

bool in_runtime(const std::string& module)
{
    constexpr std::array<std::string_view, 10> runtime{"libc.so",      "ld-linux",    "libpthread.so",   "libm.so",
                                                       "libstdc++.so", "libgcc_s.so", "libfaultline.so", "libdl.so",
                                                       "linux-vdso",   "[vdso"};
    const auto name = base_name(module);
    return name.empty() ||
           std::ranges::any_of(runtime, [name](std::string_view each) { return name.starts_with(each); });
}

const Frame* own_frame(const std::vector<Frame>& stack)
{
    if (stack.empty()) return nullptr;
    const auto own = std::ranges::find_if_not(stack, [&](const Frame& frame) {
        return in_runtime(frame.module) || in_go_library(frame.function, stack.back().function);
    });
    return own == stack.end() ? &stack.front() : &*own;
}

void merge(Exploration& into, Exploration other)
{
    if (into.version.empty()) into.version = std::move(other.version);
    const auto move_all = [](auto& to, auto& from) {
        to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
    };
    move_all(into.findings, other.findings);
    move_all(into.points, other.points);
    move_all(into.places, other.places);
    move_all(into.unreached, other.unreached);
    into.known_points = std::max(into.known_points, other.known_points);
    into.pairs = std::max(into.pairs, other.pairs);
    append_new(into.notes, other.notes);
    append_new(into.stopped, other.stopped);
    if (into.out.empty()) into.out = std::move(other.out);
    if (into.err.empty()) into.err = std::move(other.err);
    into.seconds.reset();
}

void settle(Exploration& exploration)
{
    auto& points = exploration.points;
    const auto once = [](auto& list, const auto& key) {
        std::ranges::stable_sort(list, {}, key);
        const auto same = [&key](const auto& a, const auto& b) { return key(a) == key(b); };
        list.erase(std::unique(list.begin(), list.end(), same), list.end());
    };
    once(points, [](const Point& point) { return order(point); });
    once(exploration.unreached, [](const Unreached& each) { return std::tuple(each.why, each.what); });
    std::ranges::sort(exploration.stopped);
    exploration.known_points = std::max<std::uint64_t>(exploration.known_points, points.size());

    std::vector<Place> places; // in the order of the trace, which shards have in common
    Order order;
    for (auto& place : exploration.places)
        if (order.try_emplace({place.function, place.site}, order.size()).second) places.push_back(place);
    std::vector<Finding> findings;
    std::ranges::stable_sort(exploration.findings, {},
                             [](const Finding& each) { return std::tuple(each.outcome, each.key); });
    for (auto& finding : exploration.findings) {
        if (!findings.empty() && findings.back().key == finding.key)
            join(findings.back(), finding, order);
        else
            findings.push_back(std::move(finding));
    }
    std::map<Class, int> numbers;
    for (auto& finding : findings) {
        finding.name = fmt::format("{}-{}", name_of(finding.outcome), ++numbers[finding.outcome]);
        once(finding.also, [](const std::string& each) { return each; });
        std::erase(finding.also, words(finding.strikes));
    }
    exploration.findings = std::move(findings);
    exploration.places = std::move(places);
}

std::map<Class, std::uint64_t> counts_of(const Exploration& exploration)
{
    std::map<Class, std::uint64_t> counts;
    for (const auto& point : exploration.points)
        ++counts[point.outcome];
    return counts;
}

std::uint64_t absorbed_of(const Exploration& exploration)
{
    return static_cast<std::uint64_t>(std::ranges::count_if(
        exploration.points, [](const Point& each) { return is_finding(each.outcome) && each.key.empty(); }));
}

Coverage coverage_of(const Exploration& exploration)
{
    Coverage coverage;
    std::set<std::string> sites, pairs, functions;
    for (const auto& point : exploration.points) {
        if (point.strikes.size() != 1 || point.outcome == Class::not_reached) continue;
        const auto& strike = point.strikes.front();
        sites.insert(strike.function + " " + strike.site);
        pairs.insert(fmt::format("{} {} {} {}", strike.function, strike.site, strike.type, strike.error));
    }
    for (const auto& place : exploration.places) {
        functions.insert(place.function);
        coverage.sites += place.tried ? 1 : 0;
    }
    coverage.sites_tried = sites.size();
    coverage.pairs = exploration.pairs;
    coverage.pairs_tried = pairs.size();
    coverage.functions = functions.size();
    return coverage;
}

Frame frame_of(const Exploration& exploration, const Strike& strike)
{
    const auto found = std::ranges::find_if(exploration.places, [&](const Place& place) {
        return place.site == strike.site && place.function == strike.function;
    });
    return found == exploration.places.end() ? Frame() : found->at;
}

std::string program_of(const Exploration& exploration)
{
    return exploration.command.empty() ? "" : std::string(base_name(exploration.command.front()));
}

std::vector<std::pair<std::uint64_t, std::uint64_t>> curve_of(const Exploration& exploration)
{
    std::vector<std::pair<std::uint64_t, std::uint64_t>> curve;
    std::set<std::string_view> keys;
    for (std::size_t i = 0; i < exploration.points.size(); ++i)
        if (const auto& key = exploration.points[i].key; !key.empty() && keys.insert(key).second)
            curve.emplace_back(i + 1, keys.size());
    return curve;
}

std::string fingerprint(const std::string& key) { return fmt::format("{:016x}", engine::hash(key)); }

} // namespace faultline::report
