// What has to be seen of calls that no fault names: descriptors, peers, names, clocks. One table says which rows each
// observer sees, under which plan, and what it does before and after the real call; the hooks know none of it.
//
// To add an observer: a row in effects/observer_table.cpp. Rows of functions that none saw so far have to be
// observable().
#pragma once

#include "engine/call.hpp"
#include "engine/descriptors.hpp"

namespace faultline::engine {

/// What observers read and write.
struct View {
    const plan::Plan& plan;
    Descriptors& descriptors;
};

/// A call while it is observed: it lives beside the real call and has nothing to destroy, since a cancelled thread
/// never comes back for it.
struct Seen {
    calls::Id row;
    Word* words;
    alignas(std::max_align_t) unsigned char notes[128]; // from `before` to `after`, of the one observer that has both
};

/// `before` and `after` may be null; both leave errno alone, as far as they do not serve the call. After boot; in
/// signal handlers and vfork children too.
struct Observer {
    bool (*rows)(const calls::Spec& spec) noexcept;
    bool (*wanted)(const plan::Plan& plan) noexcept;
    bool arms; // its rows are armed for its sake, even where no fault names them
    bool (*before)(const View& view, Seen& seen, Word& result); // true: served, the real call is not made
    Word (*after)(const View& view, Seen& seen, Word result);   // what the program is told
};

/// Observers by number: bit n stands for the n-th of the table.
using Observers = std::uint16_t;

/// Whether a row may be in the table at all: for the others no code is made.
constexpr bool observable(const calls::Spec& spec) noexcept
{
    return spec.tracks != calls::Tracks::nothing || calls::time_of(spec).form != calls::Lasts::Form::none;
}

/// Those whom a plan wants, those of them who see a row, and whether it is armed for their sake. At boot.
[[nodiscard]] Observers observers_wanted(const plan::Plan& plan) noexcept;
[[nodiscard]] Observers observers_of(Observers wanted, calls::Id row) noexcept;
[[nodiscard]] bool armed_for(Observers observers) noexcept;

/// Lets them see a call that is about to be made. True: it was served, and `result` is its result.
[[nodiscard]] bool see_before(Observers observers, const View& view, Seen& seen, Word& result);
/// Lets them see a call that was made. Returns what the program is told.
[[nodiscard]] Word see_after(Observers observers, const View& view, Seen& seen, Word result);

// The engine's own. Descriptors are forgotten before they close, because another thread may get the same number at
// once; they are learnt after they open.
bool forget_descriptors(const View& view, Seen& seen, Word& result);
Word learn_descriptors(const View& view, Seen& seen, Word result);
Word learn_peer(const View& view, Seen& seen, Word result);
Word learn_addresses(const View& view, Seen& seen, Word result);
Word learn_thread_name(const View& view, Seen& seen, Word result);
Word forget_code(const View& view, Seen& seen, Word result);

} // namespace faultline::engine
