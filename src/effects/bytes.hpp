// A call's data as one run of bytes, wherever it lies: in a buffer, scattered over an iovec, in a message. And what
// `corruption` does to it.
#pragma once

#include "engine/draw.hpp"
#include "plan/plan.hpp"

#include <sys/uio.h>

namespace faultline::effects {

/// The first `size` bytes of some pieces of memory, in their order. Does not own them.
class Bytes {
public:
    /// The pieces have to outlive this object, and to hold at least `size` bytes together.
    Bytes(const iovec* pieces, std::uint64_t size) noexcept : pieces_(pieces), size_(size) {}

    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
    /// The byte at an index below size(). Fast where the indices ascend.
    [[nodiscard]] unsigned char& at(std::uint64_t index) noexcept
    {
        if (index < before_) {
            before_ = 0;
            piece_ = 0;
        }
        while (index - before_ >= pieces_[piece_].iov_len)
            before_ += pieces_[piece_++].iov_len;
        return static_cast<unsigned char*>(pieces_[piece_].iov_base)[index - before_];
    }
    /// Copies all of it to `to`.
    void copy_to(char* to) const noexcept;

private:
    const iovec* pieces_;
    std::uint64_t size_;
    std::size_t piece_ = 0;
    std::uint64_t before_ = 0; // bytes in the pieces before piece_
};

/// What was damaged: `count` bytes, the first of them at `first`.
struct Damage {
    std::uint64_t first = 0;
    std::uint64_t count = 0;
};

/// Damages the bytes as the fault's mode, rate or bytes, and range say; every mode but truncate.
Damage damage(Bytes bytes, const plan::Fault& fault, const engine::Draw& draw) noexcept;

/// How many of `size` bytes a `truncate` leaves: at least one.
[[nodiscard]] std::uint64_t truncated(std::uint64_t size, const plan::Fault& fault) noexcept;

/// How many bytes a `short` lets through of `size`: at least one, and fewer than all.
[[nodiscard]] std::uint64_t shortened(std::uint64_t size, const plan::Fault& fault) noexcept;

} // namespace faultline::effects
