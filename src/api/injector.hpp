// What a program holds of Faultline: injectors, their scopes, and the functions that they can strike. One lock guards
// all of it; no call that is judged ever takes it.
#pragma once

#include "api/public.hpp"
#include "api/tally.hpp"

#include <map>
#include <memory>
#include <mutex>

namespace faultline::api {

/// While one lives, the calling thread's calls into libc are spared: the faults it deals with are not for us.
class Quiet {
public:
    Quiet() noexcept;
    ~Quiet();
    Quiet(const Quiet&) = delete;
    Quiet& operator=(const Quiet&) = delete;

private:
    ledger::Thread* block_;
};

/// The lock of this room.
[[nodiscard]] std::unique_lock<std::mutex> lock();

} // namespace faultline::api

struct faultline_link : faultline::engine::Link {
    faultline_link* idle_next = nullptr;
    bool of_scope = false; // it is the scope's own, of the thread that began it
};

namespace faultline::api {

/// Puts a layer at the head of the calling thread's list. With the lock held, as unlink().
faultline_link& link_to(Box& box);
/// Takes a link out of the calling thread's list; false where it is not in there.
bool unlink(faultline_link& link);

} // namespace faultline::api

struct faultline_scope {
    faultline_injector* injector = nullptr;
    faultline::api::Box* box = nullptr; // nullptr: it is over
    faultline_link* link = nullptr;     // of the thread that it holds for
    const void* thread = nullptr;       // which one that is
    int where = FAULTLINE_THREAD;
};

/// Every function here but the first three is called with the lock held.
struct faultline_injector {
    explicit faultline_injector(std::uint64_t seed); // for functions of one's own
    faultline_injector();                            // for libc's
    faultline_injector(const faultline_injector&) = delete;
    faultline_injector& operator=(const faultline_injector&) = delete;
    ~faultline_injector(); // after clear()

    /// Says what is wrong, and returns false.
    bool add(std::string_view faults, std::vector<std::string>& mistakes);
    bool remove(std::string_view name);
    void clear();
    void enable(bool on);
    void reseed(std::uint64_t seed) { seed_ = seed; }
    faultline_function* function_named(std::string_view name);
    faultline_scope* begin(std::string_view faults, int where, std::uint64_t skip, std::vector<std::string>& mistakes);
    void end(faultline_scope& scope);
    [[nodiscard]] faultline::api::Tally tally() const;
    [[nodiscard]] faultline::api::Owner owner() const { return {seed_, born_s_, born_ns_, born_monotonic_ns_}; }
    [[nodiscard]] faultline::engine::Layers& layers() { return own_ ? own_layers_ : faultline::engine::libc_layers; }

private:
    struct Function : faultline_function {
        std::uint64_t hash = 0;
        faultline_injector* injector = nullptr;
    };
    friend int faultline_strikes(faultline_function*, faultline_strike*);

    faultline::api::Box& start(const faultline::api::Compiled& compiled);
    void take_out(faultline::api::Box& box);
    void retire(faultline::api::Box& box);
    void sweep();
    void count_armed(const faultline::api::Box& box, int by);

    bool own_;
    bool enabled_ = true;
    std::uint64_t seed_ = 0;
    std::int64_t born_s_ = 0, born_ns_ = 0, born_monotonic_ns_ = 0;
    faultline::engine::Layers own_layers_;
    std::vector<faultline::api::Box*> added_;   // those of add(), in their order
    std::vector<faultline_scope*> scopes_;      // that are not over
    std::vector<faultline::api::Box*> retired_; // out of every list, but maybe not out of every thread's hands
    std::size_t archived_ = 0;                  // so many of them, the first, are in the archive
    std::map<std::string, Function, std::less<>> functions_;
    faultline::api::Tally archive_; // of what is over
};
