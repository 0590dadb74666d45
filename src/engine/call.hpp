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
    const Word* words; // one for each argument
    const void* caller; // the address that the call returns to
};

[[nodiscard]] constexpr const calls::Spec& spec_of(const Call& call) noexcept { return calls::table[call.row]; }

template <class T>
[[nodiscard]] T* pointer(const Call& call, calls::Argument argument) noexcept
{
    return reinterpret_cast<T*>(call.words[argument]);
}

/// The stream that a call works on, or nullptr. Any time.
[[nodiscard]] FILE* stream_of(const Call& call) noexcept;

/// The descriptor that a call works on, also behind its stream or directory; -1 where it has none. Any time.
[[nodiscard]] int descriptor_of(const Call& call) noexcept;

/// The descriptor behind a stream or directory, or -1; errno is left alone.
[[nodiscard]] int descriptor_of_stream(const void* stream) noexcept;
[[nodiscard]] int descriptor_of_directory(const void* directory) noexcept;

/// The bytes that a call asks for; its row has to have a size. Any time.
[[nodiscard]] std::uint64_t asked_bytes(const Call& call) noexcept;

/// Tells the engine how to look into a DIR, whose layout is libc's own. Boot only.
void use_dirfd(int (*dirfd)(void*)) noexcept;

} // namespace faultline::engine
