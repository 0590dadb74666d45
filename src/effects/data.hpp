// A call's data, wherever it lies, and the real call with other data in its place.
#pragma once

#include "effects/bytes.hpp"
#include "effects/effects.hpp"
#include "sys/syscalls.hpp"

namespace faultline::effects {

using calls::Data;
using Shape = Data::Shape;

/// Memory for the length of one call. Without a destructor, because the real call may be left by cancellation: then it
/// stays mapped, and nothing worse happens.
struct Loan {
    char* bytes = nullptr;
    std::uint64_t size = 0;

    [[nodiscard]] static Loan of(std::uint64_t size) noexcept
    {
        return {static_cast<char*>(sys::map(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS)), size};
    }
    void give_back() const noexcept
    {
        if (bytes != nullptr) sys::unmap(bytes, size);
    }
};

/// The pieces of memory that hold a call's data; `single` serves where it is one. `result` matters for fresh memory.
[[nodiscard]] const iovec* pieces_of(const engine::Call& call, const Data& data, Word result, iovec& single) noexcept;

/// The bytes that went through a call, in or out, by its result; 0 where it failed. Any time after the call.
[[nodiscard]] std::uint64_t transferred(const engine::Call& call, const Word* words, Word result) noexcept;

/// The real call with `size` bytes at `bytes` in place of the caller's data, which go out.
Word perform_with(const Invocation& invocation, const Data& data, char* bytes, std::uint64_t size);

/// The bytes in a message's pieces.
[[nodiscard]] std::uint64_t bytes_of(const msghdr& message) noexcept;

/// Whether the caller wants no waiting, by a flag of the call or of the descriptor. A system call.
[[nodiscard]] bool asks_not_to_wait(const engine::Call& call) noexcept;

/// Notes in the event how many bytes went through.
void note_transfer(const Invocation& invocation, std::uint64_t bytes) noexcept;

/// Of a call's data the direction that counts: what goes out, else what comes in.
[[nodiscard]] constexpr const Data& data_of(const calls::Spec& spec) noexcept
{
    return spec.in.shape != Shape::none ? spec.in : spec.out;
}

} // namespace faultline::effects
