// The table of observers: what the engine has to see of calls, and what effects have to see of those that no fault
// struck.
#include "effects/basis.hpp"
#include "effects/clock.hpp"
#include "effects/directory.hpp"
#include "effects/timing.hpp"
#include "engine/observer_table.hpp"

#include <algorithm>
#include <new>

namespace faultline::effects {
namespace {

using calls::Spec;
using calls::Tracks;
using engine::Seen;
using engine::View;

static_assert(sizeof(Reckoning) <= sizeof(Seen::notes) && std::is_trivially_destructible_v<Reckoning>);

bool forget_shuffled(const View&, Seen& seen, Word&)
{
    forget_listing(reinterpret_cast<const void*>(seen.words[calls::table[seen.row].dir]));
    return false;
}

bool serve_shuffled(const View&, Seen& seen, Word& result) { return serve_listing(seen.row, seen.words, result); }

bool serve_slept(const View&, Seen& seen, Word& result) { return serve_sleep(seen.row, seen.words, result); }

bool reckon_times(const View&, Seen& seen, Word&)
{
    auto& reckoning = *new (seen.notes) Reckoning;
    if (seen.row == calls::id_syscall)
        reckon_syscall(seen.words, reckoning);
    else
        reckon(seen.row, seen.words, reckoning);
    return false;
}

Word settle_reckoned(const View&, Seen& seen, Word result)
{
    const auto& reckoning = *std::launder(reinterpret_cast<const Reckoning*>(seen.notes));
    if (seen.row == calls::id_syscall)
        settle_syscall(seen.words, reckoning, result);
    else
        settle_times(seen.row, seen.words, reckoning, result);
    return result;
}

Word learn_timer(const View&, Seen& seen, Word result)
{
    if (result == 0) note_timer(seen.row, seen.words);
    return result;
}

Word tell_rightly(const View&, Seen& seen, Word result) { return told_rightly(seen.row, seen.words, result); }

// Rows.
template <Tracks... any>
constexpr bool tracks(const Spec& spec) noexcept
{
    return ((spec.tracks == any) || ...);
}
constexpr bool closes_directory(const Spec& spec) noexcept
{
    return spec.tracks == Tracks::closes && spec.dir != calls::absent;
}
constexpr bool sleeps_seconds(const Spec& spec) noexcept
{
    return spec.name == "sleep" || spec.name == "alarm" || spec.name == "ualarm";
}
constexpr bool takes_time(const Spec& spec) noexcept
{
    return calls::time_of(spec).form != calls::Lasts::Form::none || spec.name == "syscall";
}

// Plans.
template <bool plan::Plan::*flag>
constexpr bool plan_has(const plan::Plan& plan) noexcept
{
    return plan.*flag;
}
constexpr bool always(const plan::Plan& /*plan*/) noexcept { return true; } // events name sites under every plan

using plan::Plan;

// clang-format off
constexpr engine::Observer table[] = {
    // rows, plan, armed for it, before, after
    {closes_directory, plan_has<&Plan::shuffles>, true, forget_shuffled, nullptr},
    {tracks<Tracks::lists>, plan_has<&Plan::shuffles>, true, serve_shuffled, nullptr},
    {tracks<Tracks::closes, Tracks::closes_all>, plan_has<&Plan::follows_descriptors>, true,
     engine::forget_descriptors, nullptr},
    {tracks<Tracks::opens, Tracks::pair, Tracks::duplicates>, plan_has<&Plan::follows_descriptors>, true,
     nullptr, engine::learn_descriptors},
    {tracks<Tracks::connects>, plan_has<&Plan::follows_descriptors>, true, nullptr, engine::learn_peer},
    {tracks<Tracks::resolves>, plan_has<&Plan::names_hosts>, true, nullptr, engine::learn_addresses},
    {tracks<Tracks::names>, plan_has<&Plan::names_threads>, true, nullptr, engine::learn_thread_name},
    {tracks<Tracks::unloads>, always, true, nullptr, engine::forget_code},
    {tracks<Tracks::timers>, plan_has<&Plan::moves_clock>, true, nullptr, learn_timer},
    // A clock that no fault names is never moved.
    {tracks<Tracks::times>, plan_has<&Plan::moves_clock>, false, nullptr, tell_rightly},
    {sleeps_seconds, plan_has<&Plan::moves_clock>, true, serve_slept, nullptr},
    {takes_time, plan_has<&Plan::moves_clock>, true, reckon_times, settle_reckoned},
};
// clang-format on

static_assert(std::size(table) < 8 * sizeof(engine::Observers), "one bit for each, and one for hook/track.hpp's door");
static_assert(std::ranges::all_of(calls::table,
                                  [](const Spec& spec) {
                                      return engine::observable(spec) ||
                                             std::ranges::none_of(table, [&](const engine::Observer& observer) {
                                                 return observer.rows(spec);
                                             });
                                  }),
              "an observer wants a row that is not observable");

constexpr auto of_row = [] {
    std::array<engine::Observers, calls::row_count> seeing{};
    for (std::size_t row = 0; row < seeing.size(); ++row)
        for (std::size_t i = 0; i < std::size(table); ++i)
            if (table[i].rows(calls::table[row])) seeing[row] = static_cast<engine::Observers>(seeing[row] | 1U << i);
    return seeing;
}();

} // namespace
} // namespace faultline::effects

namespace faultline::engine {
constinit const std::span<const Observer> observers{effects::table};
constinit const std::array<Observers, calls::row_count> observers_of_row = effects::of_row;
} // namespace faultline::engine
