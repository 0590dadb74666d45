#include "explore/queue.hpp"

#include "engine/draw.hpp"
#include "explore/families.hpp"

#include <algorithm>

namespace faultline::explore {

namespace {

// Each further error of a site is worth two levels, so that its variants come between.
constexpr int level_of_error = 2;
constexpr int level_of_last = 3;
constexpr int level_of_middle = 5;
constexpr int level_of_second_order = 60;

} // namespace

bool Queue::add(int level, Point point, int attempt)
{
    if (!known_.insert(point.id()).second && attempt == 0) return false;
    const auto turn = turns_[{level, point.strikes.back().what.family}]++;
    waiting_.emplace(std::tuple(level, turn, serial_++), Pending{std::move(point), attempt});
    return true;
}

std::optional<Pending> Queue::take()
{
    if (waiting_.empty()) return {};
    auto node = waiting_.extract(waiting_.begin());
    return std::move(node.mapped());
}

void Queue::draw_sample(std::uint64_t most, std::uint64_t seed)
{
    // By what a point is, and not by its place: a shard, or a site that is new, changes nothing for the others.
    std::vector<std::pair<std::uint64_t, std::uint64_t>> drawn;
    drawn.reserve(waiting_.size());
    for (const auto& [place, pending] : waiting_)
        drawn.emplace_back(engine::hash(id_text(pending.point.id()), seed), pending.point.id());
    if (drawn.size() <= most) return;
    std::ranges::sort(drawn);
    known_.clear();
    for (std::size_t i = 0; i < most; ++i)
        known_.insert(drawn[i].second);
    std::erase_if(waiting_, [&](const auto& each) { return !known_.contains(each.second.point.id()); });
}

std::vector<std::uint64_t> occurrences(std::uint64_t calls, bool every)
{
    std::vector<std::uint64_t> result{1};
    if (every) {
        for (std::uint64_t i = 2; i <= calls; ++i)
            result.push_back(i);
        return result;
    }
    if (calls > 1) result.push_back(calls);
    if (calls > 2) result.push_back((calls + 1) / 2);
    return result;
}

void add_site(Queue& queue, const Site& site, const std::vector<Try>& tries, bool every,
              const std::vector<Strike>& before)
{
    // The first error of every family before the second of any.
    std::map<std::string, int> taken;
    std::vector<std::pair<int, const Try*>> order;
    order.reserve(tries.size());
    for (const auto& each : tries)
        order.emplace_back(taken[each.family]++, &each);
    std::ranges::stable_sort(order, {}, [](const auto& each) { return each.first; });

    const auto which = occurrences(site.calls, every);
    const int base = before.empty() ? 0 : level_of_second_order;
    for (std::size_t i = 0; i < order.size(); ++i) {
        const auto level = base + static_cast<int>(i) * level_of_error;
        for (std::size_t k = 0; k < which.size(); ++k) {
            Point point{before};
            point.strikes.push_back({site.function, site.id, *order[i].second, which[k], Persistence::once,
                                     which[k] == 1 ? site.first_call : 0});
            queue.add(level + (k == 0 ? 0 : k == 1 ? level_of_last : level_of_middle), std::move(point));
        }
    }
}

int level_of(const Strike& strike, const std::vector<std::string>& families)
{
    const auto tries = tries_of(strike.function, families);
    return static_cast<int>(std::ranges::find(tries, strike.what) - tries.begin()) * level_of_error;
}

void add_followups(Queue& queue, const Point& point, const Followed& run, int level)
{
    const auto& strike = point.strikes.back();
    if (strike.persistence != Persistence::once) return;
    const auto add = [&](Persistence persistence, int at) {
        auto more = point;
        more.strikes.back().persistence = persistence;
        queue.add(at, std::move(more));
    };
    const bool first = strike.occurrence == 1 || run.every;
    if (run.goes_on && first && !spreads_to(strike.what.error).empty()) add(Persistence::everywhere, level + 1);
    if (run.matched <= strike.occurrence) return;
    const auto later = run.matched - strike.occurrence;
    if (can_last(strike.function, strike.what.error)) add(Persistence::on, level + 1);
    if (later >= 2) add(Persistence::twice, level + 4);
    if (later >= 3) add(Persistence::thrice, level + 4);
}

} // namespace faultline::explore
