// Faults that a program gives to itself while it runs, on top of whatever plan the process was started under: a layer
// is a schedule with a record of its own. Layers lie over the functions of one injector: libc's, or some of the
// program's own. One holds for the threads that have entered it, or for all of them. They come and go while others are
// judged by them; src/api/ makes them, and gives one to another user only when no thread looks at it any more.
#pragma once

#include "engine/judge.hpp"

namespace faultline::engine {

struct Layers;

/// Everything but the atomics is set before a layer is put into a list, and stays as long as anybody may look at it.
struct Layer {
    const Schedule* schedule = nullptr;
    const std::uint64_t* names = nullptr; // of own functions: the hash of each one's name. nullptr: libc's
    ledger::Header* record = nullptr;
    std::uint64_t* repeated = nullptr; // for each function: its calls that another layer had counted before this one
    const Layers* of = nullptr;
    std::uint64_t skip = 0;              // the numbering of `on` starts after so many matches
    bool single = false;                 // all who are judged by it count as one thread
    std::atomic<bool> over{false};       // it strikes no more
    std::atomic<std::uint32_t> users{0}; // links to it, and verdicts of it that are being carried out
    std::atomic<Layer*> next{nullptr};   // in the list of those that hold for all threads
};

/// A place in the list of the layers that a thread has entered, the latest first.
struct Link {
    Layer* layer = nullptr;
    std::atomic<Link*> next{nullptr};
};

/// Those that hold for all threads, the latest first.
struct Layers {
    std::atomic<Layer*> first{nullptr};
    std::atomic<std::uint32_t> judging{0}; // threads that are going through the list
};

#pragma GCC visibility push(hidden)

/// The layers over libc's functions.
extern constinit Layers libc_layers;
/// How many layers there are over libc's functions, in lists of any kind.
extern constinit std::atomic<std::uint32_t> libc_layer_count;

/// The calling thread's list: of all injectors.
extern constinit thread_local std::atomic<Link*> own_links;
/// Above 0: the calling thread is at work for Faultline itself, and no call of libc's that it makes is struck.
extern constinit thread_local std::uint32_t suspended;

#pragma GCC visibility pop

/// Asks the layers over a call of libc's: the thread's own, then those of all threads, the latest first. Any time, as
/// judge().
[[nodiscard]] bool strikes_by_layers(const Call& call, Verdict& verdict) noexcept;

/// The same for a call of one of the program's own functions, whose name has this hash; the call's row is found here.
[[nodiscard]] bool strikes_by_layers(Layers& layers, std::uint64_t name, const Call& call, Verdict& verdict) noexcept;

/// Ends what a verdict was held for, once it is carried out. Where it never is (the thread was cancelled in the middle
/// of it) its layer is never used again.
inline void carried_out(const Verdict& verdict) noexcept
{
    if (verdict.held != nullptr) verdict.held->fetch_sub(1, std::memory_order_release);
}

/// Before the first layer.
void prepare_layers() noexcept;

/// Makes a block the part of a thread of this lineage in a record.
void begin_numbering(const ledger::Header& record, ledger::Thread& block, std::string_view lineage) noexcept;

} // namespace faultline::engine
