// Room for a path, for code that runs on stacks too small to hold one.
#pragma once

#include <cstddef>

namespace faultline::engine {

/// A buffer of `size` bytes out of a fixed pool, or of a mapping of its own when the pool is taken. Lock-free, so it
/// may be used in a signal handler and on any stack. Never hold one across a call into libc that may block or be
/// cancelled.
class Scratch {
public:
    static constexpr std::size_t size = 4096;

    Scratch() noexcept;
    ~Scratch();
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

    [[nodiscard]] char* data() const noexcept { return bytes_; } // nullptr: no memory at all

private:
    char* bytes_;
    int slot_; // in the pool; -1: mapped
};

} // namespace faultline::engine
