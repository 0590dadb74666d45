// A call as the engine sees it, whatever its C signature: the row it belongs to and its arguments as machine words.
#pragma once

#include "calls/table.hpp"

#include <cstdio>
#include <sys/socket.h>
#include <sys/uio.h>

namespace faultline::engine {

using Word = std::uint64_t;

/// Lives on the stack of the hook for as long as the call does.
struct Call {
    calls::Id row;
    const Word* words;  // one for each argument
    const void* caller; // the address that the call returns to
    // Of a function that is no row of the table but the program's own: what is known of it, and `row` is its index
    // in the plan that it is judged by. Null for libc's.
    const calls::Spec* own = nullptr;
};

[[nodiscard]] constexpr const calls::Spec& spec_of(const Call& call) noexcept
{
    return call.own != nullptr ? *call.own : calls::table[call.row];
}

template <class T>
[[nodiscard]] T* pointer(const Call& call, calls::Argument argument) noexcept
{
    return reinterpret_cast<T*>(call.words[argument]);
}

/// The stream that a call works on, or nullptr. Any time.
[[nodiscard]] FILE* stream_of(const Call& call) noexcept;

/// The descriptor behind a call's stream, directory or aiocb; -1 where it has none.
[[nodiscard]] int descriptor_behind(const Call& call) noexcept;

/// Whether it asks for the end of an operation of aio that has not ended.
[[nodiscard]] bool asks_in_vain(const Call& call) noexcept;

/// The descriptor that a call works on, also behind its stream, directory or aiocb; -1 where it has none. Any time.
[[nodiscard]] inline int descriptor_of(const Call& call) noexcept
{
    const auto fd = spec_of(call).fd;
    return fd != calls::absent ? static_cast<int>(call.words[fd]) : descriptor_behind(call);
}

/// The descriptor behind a stream or directory, or -1; errno is left alone.
[[nodiscard]] int descriptor_of_stream(const void* stream) noexcept;
[[nodiscard]] int descriptor_of_directory(const void* directory) noexcept;

/// The bytes in a call's pieces, messages or string, or its one byte.
[[nodiscard]] std::uint64_t scattered_bytes(const Call& call) noexcept;

/// The bytes that a call asks for; its row has to have a size. Any time.
[[nodiscard]] inline std::uint64_t asked_bytes(const Call& call) noexcept
{
    const auto size = spec_of(call).size;
    if (size.factor == calls::absent) return scattered_bytes(call);
    std::uint64_t product = call.words[size.factor];
    if (size.other != calls::absent && __builtin_mul_overflow(product, call.words[size.other], &product))
        return ~std::uint64_t{0};
    return product;
}

/// Whether the kernel could read what the call says of its data: the structures that name its pieces, and the bytes
/// that go out. True of functions that read them in libc, where a bad pointer ends the program. System calls, unless
/// look-ups are not allowed.
[[nodiscard]] bool readable_data(const Call& call) noexcept;
/// The same of the structures alone.
[[nodiscard]] bool readable_pieces(const Call& call) noexcept;

/// asked_bytes() for a judge, who asks before the kernel has seen the call: 0 where the structures cannot be read, which
/// the kernel answers with EFAULT.
[[nodiscard]] inline std::uint64_t judged_bytes(const Call& call) noexcept
{
    return spec_of(call).size.factor != calls::absent || readable_pieces(call) ? asked_bytes(call) : 0;
}

/// Tells the engine how to look into a DIR, whose layout is libc's own. Boot only.
void use_dirfd(int (*dirfd)(void*)) noexcept;

} // namespace faultline::engine
