// Which descriptor leads to which path, so that a `path` selector holds for read and write as it does for open, and
// costs no system call in the steady state. Beside each descriptor stands one bit for each set of path globs in the
// plan: known from the call that opened it, copied by dup, forgotten at close, and looked up once for descriptors
// opened out of sight.
#pragma once

#include "plan/plan.hpp"

#include <atomic>

namespace faultline::engine {

using PathBits = std::uint64_t; // bit n: the path matches path_sets[n]

class Descriptors {
public:
    /// The sets that the descriptor's path matches; 0 for what has no path. Any time after boot.
    [[nodiscard]] PathBits paths(const plan::Plan& plan, int fd) noexcept
    {
        if (static_cast<unsigned>(fd) < table_size) {
            const auto entry = entries_[fd].load(std::memory_order_relaxed);
            if ((entry & known) != 0) return entry & bits_mask;
        }
        return look_up(plan, fd);
    }

    void opened(int fd, PathBits bits) noexcept;
    void opened_out_of_sight(int fd) noexcept { forget(fd); }
    void duplicated(int from, int to) noexcept;
    void forget(int fd) noexcept;
    void forget_range(unsigned first, unsigned last) noexcept;

private:
    [[nodiscard, gnu::cold]] PathBits look_up(const plan::Plan& plan, int fd) noexcept;

    // known (1) | generation (15) | bits (48). The generation keeps a slow look-up from overwriting what came after it.
    static constexpr unsigned bit_count = plan::most_path_sets;
    static constexpr std::uint64_t known = std::uint64_t{1} << 63U;
    static constexpr std::uint64_t one_generation = std::uint64_t{1} << bit_count;
    static constexpr std::uint64_t bits_mask = one_generation - 1;
    static constexpr std::size_t table_size = 65536; // descriptors above are looked up each time

    std::atomic<std::uint64_t> entries_[table_size]{};
};

/// Says whether system calls may be made to learn a path. Where they may not, what is not known yet matches nothing:
/// for a process that shuts itself off from them. Any time.
void allow_look_ups(bool may) noexcept;

/// The sets that match a call's own path. `dirfd` is AT_FDCWD or the directory that a relative path starts from.
[[nodiscard]] PathBits match_paths(const plan::Plan& plan, int dirfd, const char* path) noexcept;

/// Writes the absolute path of a descriptor; false where it has none (a socket, a pipe). Any time; one system call.
bool path_of_descriptor(int fd, char* bytes, std::size_t room, std::string_view& path) noexcept;

} // namespace faultline::engine
