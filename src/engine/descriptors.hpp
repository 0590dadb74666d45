// What each descriptor leads to, so that the selectors `path`, `fd_kind` and `peer` hold for read and write as they do
// for open and connect, and cost no system call in the steady state. Beside each descriptor stands one bit for each
// such selector of the plan: known from the call that opened it, copied by dup, forgotten at close, and looked up once
// for descriptors that came out of sight (inherited, accepted, passed over a socket).
#pragma once

#include "engine/peers.hpp"
#include "engine/subject.hpp"

#include <atomic>

namespace faultline::engine {

// Beside the plan's own sets, two things that types ask for.
inline constexpr unsigned connection_bit = plan::most_descriptor_sets; // a stream socket that has a peer
inline constexpr unsigned datagram_bit = connection_bit + 1;           // a socket that keeps messages apart
inline constexpr SetBits is_connection = SetBits{1} << connection_bit;
inline constexpr SetBits is_datagram = SetBits{1} << datagram_bit;

class Descriptors {
public:
    /// Of another process than our own; `of` may change from call to call, but has to stay where it is.
    void observe(const Subject& of) noexcept { subject_ = &of; }
    /// Whose descriptors these are.
    [[nodiscard]] Subject subject() const noexcept { return subject_ == nullptr ? Subject{} : *subject_; }
    /// For plans that come and go: what a descriptor leads to is looked up each time.
    void remember_nothing() noexcept { forgetful_ = true; }

    /// The sets that the descriptor is in. Any time after boot.
    [[nodiscard]] SetBits sets(const plan::Plan& plan, int fd) noexcept
    {
        if (static_cast<unsigned>(fd) < table_size) {
            const auto entry = entries_[fd].load(std::memory_order_relaxed);
            if ((entry & known) != 0) return entry & bits_mask;
        }
        return look_up(plan, fd);
    }
    /// Tells one use of a descriptor's number from the next.
    [[nodiscard]] std::uint64_t generation(int fd) const noexcept
    {
        if (static_cast<unsigned>(fd) >= table_size) return 0;
        return (entries_[fd].load(std::memory_order_relaxed) & ~known) >> bit_count;
    }

    /// `paths`: what the name matched that it was opened by.
    void opened(const plan::Plan& plan, int fd, SetBits paths) noexcept;
    void opened_out_of_sight(int fd) noexcept { forget(fd); }
    void duplicated(int from, int to) noexcept;
    void forget(int fd) noexcept;
    void forget_range(unsigned first, unsigned last) noexcept;
    /// Other descriptors may share the socket, so what is known of all of them is looked up again.
    void peer_changed() noexcept;

private:
    void learn(int fd, SetBits bits) noexcept;
    void reached(int fd) noexcept;
    [[nodiscard, gnu::cold]] SetBits look_up(const plan::Plan& plan, int fd) noexcept;

    // known (1) | generation (15) | bits (48). The generation keeps a slow look-up from overwriting what came after it.
    static constexpr unsigned bit_count = datagram_bit + 1;
    static constexpr std::uint64_t known = std::uint64_t{1} << 63U;
    static constexpr std::uint64_t one_generation = std::uint64_t{1} << bit_count;
    static constexpr std::uint64_t bits_mask = one_generation - 1;
    static constexpr std::size_t table_size = 65536; // descriptors above are looked up each time

    const Subject* subject_ = nullptr; // nullptr: our own process
    bool forgetful_ = false;
    std::atomic<std::uint64_t> entries_[table_size]{};
    std::atomic<int> reach_{0}; // no descriptor from here on was ever known
};

/// Says whether system calls may be made to learn a path. Where they may not, what is not known yet matches nothing:
/// for a process that shuts itself off from them. Any time.
void allow_look_ups(bool may) noexcept;
[[nodiscard]] bool look_ups_allowed() noexcept;

/// The sets that match a call's own path. `dirfd` is AT_FDCWD or the directory that a relative path starts from, of the
/// subject's.
[[nodiscard]] SetBits match_paths(const plan::Plan& plan, const Subject& subject, int dirfd, const char* path) noexcept;

/// Writes the absolute path of a descriptor of the subject's; false where it has none (a socket, a pipe). Any time; one
/// system call, or three where the subject is another process.
bool path_of_descriptor(const Subject& subject, int fd, char* bytes, std::size_t room, std::string_view& path) noexcept;

} // namespace faultline::engine
