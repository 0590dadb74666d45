// What each fault type does, around or instead of the real call.
#pragma once

#include "engine/judge.hpp"

namespace faultline::effects {

using engine::Word;

/// A call that was struck, on its way to the effect. Nothing here has a destructor: the real call may be left by thread
/// cancellation or an exception of the host.
struct Invocation {
    const engine::Call& call;
    const engine::Verdict& verdict;
    Word* words;               // the arguments, which an effect may change before it performs
    Word (*real)(Word* words); // makes the real call

    /// Makes the real call; where it fails by itself, the record says with what.
    Word perform(Word* words) const;
};

/// Carries out the verdict and returns what the host gets; sets errno where the real call would. After boot; in a
/// signal handler too. System calls only as far as the effect needs them.
Word strike(const Invocation& invocation);

// One for each plan::Type: what is done in place of the call, which `perform` makes where it is to be made. After boot; in
// a signal handler too.
#define TYPE(type, name, effect, ...) Word effect(const Invocation& invocation);
#include "plan/types.def"

/// The real call with fewer bytes: `size` of those it asks for, and a note of how many went. Its row can be short. In
/// shorten.cpp.
Word perform_short(const Invocation& invocation, std::uint64_t size);

/// Reports `error` in the function's own way: failure value, errno, the stream's error flag, SIGPIPE with EPIPE.
Word report(const engine::Call& call, std::int32_t error);

/// A corruption of what a call tells of a file or a file system. In attributes.cpp.
Word corrupt_attributes(const Invocation& invocation);

/// Whether a result means that the call succeeded.
[[nodiscard]] bool succeeded(const calls::Spec& spec, Word result) noexcept;

/// The error that a call reported which has just returned `result`, or 0: it did not fail. errno was 0 before it, so
/// that an end of file or of a directory is told from a failure.
[[nodiscard]] std::int32_t failure_of(const calls::Spec& spec, Word result) noexcept;

/// Marks the call's stream as one that met an error, so that ferror() agrees with what the host was told.
void mark_stream(const engine::Call& call) noexcept;

/// Where effects find libc's own functions, past our hooks. Boot only.
void use_libc(void* (*find)(calls::Id row)) noexcept;
[[nodiscard]] void* libc_function(calls::Id row) noexcept;

template <class Signature>
[[nodiscard]] Signature* libc(calls::Id row) noexcept
{
    return reinterpret_cast<Signature*>(libc_function(row));
}

} // namespace faultline::effects
