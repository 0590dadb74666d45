#include "power/states.hpp"

#include "engine/draw.hpp"

#include <algorithm>
#include <fmt/ranges.h>
#include <map>
#include <numeric>
#include <set>

namespace faultline::power {

using door::Did, door::InodeId;
using Indices = std::vector<std::uint32_t>;

namespace {

bool needs_any(const Model& model, std::uint32_t micro, const std::vector<bool>& lost)
{
    return std::ranges::any_of(model.needs[micro], [&](std::uint32_t other) { return lost[other]; });
}

Indices range(std::uint32_t from, std::uint32_t to)
{
    Indices all(to - from);
    std::iota(all.begin(), all.end(), from);
    return all;
}

class Chooser {
public:
    Chooser(const Model& model, const door::Recording& recording, const MicroOperations& micros,
            const std::function<bool(const State&)>& visit)
        : model_(model), recording_(recording), micros_(micros), visit_(visit), operations_(micros.operations())
    {}

    void choose()
    {
        for (std::uint32_t cut = 0; cut <= operations_ && going_; ++cut)
            tell({.cut = cut});
        if (model_.rules->total_order) return;
        for (std::uint32_t cut = 0; cut <= operations_ && going_; ++cut)
            lose_at(cut, range(0, micros_.first[cut]));
        for (std::uint32_t i = 0; i < operations_ && going_; ++i)
            lose_at(last_cut(i), of(i));
        for (std::uint32_t i = 0; i < operations_ && going_; ++i) {
            zeros(i);
            torn(i);
        }
        at_acknowledgements();
        after_names_and_syncs();
        pairs();
    }

private:
    void tell(const State& state)
    {
        if (going_) going_ = visit_(state);
    }

    void lose_at(std::uint32_t cut, const Indices& seeds)
    {
        State state{.cut = cut, .lost = lose(model_, micros_, cut, seeds)};
        if (!state.lost.empty()) tell(state);
    }

    [[nodiscard]] Indices of(std::uint32_t operation) const
    {
        return range(micros_.first[operation], micros_.first[operation + 1]);
    }
    [[nodiscard]] Did did(std::uint32_t operation) const { return recording_.operations[operation].did; }

    /// The last cut at which it shows that something of an operation is missing.
    [[nodiscard]] std::uint32_t last_cut(std::uint32_t operation) const
    {
        std::uint32_t last = operation + 1;
        for (const auto m : of(operation))
            last = std::max(last, std::min({model_.guaranteed[m], model_.undone[m], operations_}));
        return last;
    }

    /// The size without the data.
    void zeros(std::uint32_t i)
    {
        Indices data;
        bool grows = false;
        for (const auto m : of(i)) {
            if (micros_.all[m].kind == Kind::data) data.push_back(m);
            grows |= micros_.all[m].kind == Kind::size;
        }
        if (grows) lose_at(last_cut(i), data);
    }

    /// A write that is there in part: its first pages, and the first page's first sector, or all but that.
    void torn(std::uint32_t i)
    {
        if (did(i) != Did::write) return;
        Indices data;
        for (const auto m : of(i))
            if (micros_.all[m].kind == Kind::data) data.push_back(m);
        if (data.empty()) return;
        const auto pages = data.size();
        const auto last = last_cut(i);
        std::set<std::size_t> firsts;
        for (const auto count : {std::size_t{1}, pages / 2, pages - 1})
            if (count > 0 && count < pages) firsts.insert(count);
        for (const auto count : firsts) {
            const auto middle = data.begin() + static_cast<std::ptrdiff_t>(count);
            State in_flight{.cut = i};
            in_flight.early = range(micros_.first[i], *middle);
            tell(in_flight);
            lose_at(last, {middle, data.end()});
            if (!model_.rules->size_after_data) lose_at(last, {data.begin(), middle});
        }
        for (const auto m : {data.front(), data.back()}) {
            const auto& micro = micros_.all[m];
            const auto to_boundary = sector_size - micro.offset % sector_size;
            if (micro.length <= to_boundary) continue;
            tear(i, last, m, 0, to_boundary);
            if (micro.offset < micro.before) tear(i, last, m, to_boundary, micro.length);
        }
    }

    void tear(std::uint32_t i, std::uint32_t last, std::uint32_t m, std::uint64_t from, std::uint64_t to)
    {
        State in_flight{.cut = i};
        in_flight.early = range(micros_.first[i], m);
        in_flight.torn = m;
        in_flight.torn_from = from;
        in_flight.torn_to = to;
        tell(in_flight);
        State later = in_flight;
        later.cut = last;
        later.early.clear();
        later.lost = lose(model_, micros_, last, {m});
        if (!later.lost.empty()) tell(later);
    }

    [[nodiscard]] Indices missing(std::uint32_t cut) const
    {
        Indices may;
        for (std::uint32_t m = 0; m < micros_.first[cut]; ++m)
            if (model_.may_lack(m, cut)) may.push_back(m);
        return may;
    }

    void each_file(std::uint32_t cut)
    {
        std::map<InodeId, Indices> files;
        for (const auto m : missing(cut))
            if (micros_.all[m].kind != Kind::entries) files[micros_.all[m].inode].push_back(m);
        for (const auto& [inode, own] : files) {
            lose_at(cut, own);
            keep_only(cut, own);
        }
    }

    /// Everything that may be lost is, but for these and what they need.
    void keep_only(std::uint32_t cut, const Indices& kept)
    {
        std::vector<bool> needed(micros_.first[cut]);
        for (const auto m : kept)
            needed[m] = true;
        for (auto m = micros_.first[cut]; m-- > 0;)
            if (needed[m])
                for (const auto other : model_.needs[m])
                    needed[other] = true;
        auto seeds = missing(cut);
        std::erase_if(seeds, [&](std::uint32_t m) { return needed[m]; });
        lose_at(cut, seeds);
    }

    void at_acknowledgements()
    {
        for (std::uint32_t i = 0; i < operations_ && going_; ++i) {
            if (did(i) != Did::acknowledge && did(i) != Did::end) continue;
            const auto cut = i + 1;
            for (std::uint32_t j = 0; j < i && going_; ++j)
                lose_at(cut, of(j));
            each_file(cut);
            newest_only(cut);
        }
    }

    /// Of all that is not synced only the last operation is there.
    void newest_only(std::uint32_t cut)
    {
        const auto may = missing(cut);
        if (may.empty()) return;
        const auto newest = micros_.all[may.back()].operation;
        Indices kept;
        for (const auto m : may)
            if (micros_.all[m].operation == newest) kept.push_back(m);
        keep_only(cut, kept);
    }

    [[nodiscard]] bool is_telling(std::uint32_t i) const
    {
        constexpr Did telling[] = {Did::rename, Did::link,      Did::unlink,     Did::exchange,
                                   Did::sync,   Did::sync_data, Did::sync_system};
        return std::ranges::count(telling, did(i)) != 0;
    }

    void after_names_and_syncs()
    {
        for (std::uint32_t i = 0; i < operations_ && going_; ++i)
            if (is_telling(i)) {
                each_file(i + 1);
                newest_only(i + 1);
            }
    }

    void pairs()
    {
        for (std::uint32_t i = 0; i < operations_ && going_; ++i) {
            if (micros_.first[i] == micros_.first[i + 1]) continue;
            for (auto cut = i + 1; cut <= last_cut(i) && going_; ++cut)
                lose_at(cut, of(i));
        }
    }

    const Model& model_;
    const door::Recording& recording_;
    const MicroOperations& micros_;
    const std::function<bool(const State&)>& visit_;
    const std::uint32_t operations_;
    bool going_ = true;
};

} // namespace

Indices lose(const Model& model, const MicroOperations& micros, std::uint32_t cut, const Indices& seeds)
{
    std::vector<bool> lost(micros.first[cut]);
    for (const auto m : seeds)
        if (m < lost.size() && model.may_lack(m, cut)) lost[m] = true;
    Indices all;
    for (std::uint32_t m = 0; m < lost.size(); ++m) {
        if (!lost[m]) lost[m] = needs_any(model, m, lost);
        if (lost[m]) all.push_back(m);
    }
    return all;
}

std::uint32_t in_the_making(const MicroOperations& micros, const State& state)
{
    if (is_torn(state)) return micros.all[state.torn != never ? state.torn : state.early.front()].operation;
    for (auto i = state.cut; i > 0; --i)
        if (micros.first[i - 1] != micros.first[i]) return i - 1;
    return never;
}

std::uint64_t id_of(const State& state)
{
    return engine::hash(fmt::format("power {} {} {} {} {} {}", state.cut, fmt::join(state.lost, ","),
                                    fmt::join(state.early, ","), state.torn, state.torn_from, state.torn_to));
}

bool legal(const Model& model, const MicroOperations& micros, const State& state)
{
    return std::ranges::all_of(state.lost, [&](std::uint32_t m) { return model.may_lack(m, state.cut); }) &&
           lose(model, micros, state.cut, state.lost) == state.lost;
}

void enumerate(const Model& model, const MicroOperations& micros, std::uint32_t cut,
               const std::function<void(const State&)>& visit)
{
    const auto end = micros.first[cut];
    std::vector<bool> lost(end);
    const std::function<void(std::uint32_t)> decide = [&](std::uint32_t m) {
        if (m == end) {
            State state{.cut = cut};
            for (std::uint32_t i = 0; i < end; ++i)
                if (lost[i]) state.lost.push_back(i);
            return visit(state);
        }
        const bool has_to = needs_any(model, m, lost);
        for (const bool gone : {false, true}) {
            if (gone ? !model.may_lack(m, cut) : has_to) continue;
            lost[m] = gone;
            decide(m + 1);
        }
        lost[m] = false;
    };
    decide(0);
}

void choose(const Model& model, const door::Recording& recording, const MicroOperations& micros,
            const std::function<bool(const State&)>& visit)
{
    Chooser(model, recording, micros, visit).choose();
}

} // namespace faultline::power
