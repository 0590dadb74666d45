// `drop`: success is reported and nothing done. A lost write, a flush that did not flush, a datagram that never came.
#include "effects/ask.hpp"
#include "effects/data.hpp"
#include "sys/sockets.hpp"

#include <aio.h>

namespace faultline::effects {
namespace {

/// Where a write would have left the file's offset, the next one has to find it. Neither sockets nor pipes have one,
/// and calls that name their offset leave it alone.
void advance_offset(const engine::Call& call, std::uint64_t bytes) noexcept
{
    const auto& spec = spec_of(call);
    const auto name = spec.function();
    if (spec.family == calls::Family::io && (name == "write" || name == "writev"))
        sys::call(SYS_lseek, engine::descriptor_of(call), static_cast<long>(bytes), SEEK_CUR);
}

/// How much of a lost send would have been accepted: a socket that does not wait takes no more than its buffer holds.
std::uint64_t plausible(const engine::Call& call, std::uint64_t bytes) noexcept
{
    const int fd = engine::descriptor_of(call);
    if (!asks_not_to_wait(call) || sys::socket_option(fd, SO_TYPE) != SOCK_STREAM) return bytes;
    const int room = sys::socket_option(fd, SO_SNDBUF);
    return room < 0 || bytes < static_cast<std::uint64_t>(room) ? bytes : static_cast<std::uint64_t>(room);
}

Word drop_outgoing(const Invocation& invocation, const Data& data)
{
    const auto& call = invocation.call;
    const Word* const words = invocation.words;
    const auto& spec = spec_of(call);
    switch (data.shape) {
    case Shape::byte:
        note_transfer(invocation, 1);
        return words[data.buffer] & 0xffU;
    case Shape::items:
        note_transfer(invocation, engine::asked_bytes(call));
        return words[data.count];
    case Shape::text:
        note_transfer(invocation, engine::asked_bytes(call));
        return 1; // fputs and puts: a non-negative number
    case Shape::messages: {
        auto* const array = reinterpret_cast<mmsghdr*>(words[data.buffer]);
        const auto count = static_cast<std::uint32_t>(words[data.length]);
        for (std::uint32_t i = 0; i < count; ++i) {
            array[i].msg_len = static_cast<unsigned>(bytes_of(array[i].msg_hdr));
        }
        note_transfer(invocation, engine::asked_bytes(call));
        return count;
    }
    default:
        break;
    }
    const auto bytes = plausible(call, data.shape == Shape::bytes ? words[data.length] : engine::asked_bytes(call));
    note_transfer(invocation, bytes);
    advance_offset(call, bytes);
    return spec.size.factor == calls::absent && data.shape == Shape::bytes ? 0 : bytes; // mq_send only says "done"
}

/// What aio_error() and aio_return() say of one that was never begun.
void finish(aiocb& block) noexcept
{
    block.__error_code = 0;
    block.__return_value = 0;
}

/// The call is made: it would fail, and says so itself.
Word let_pass(const Invocation& invocation)
{
    if (auto* const event = invocation.verdict.event) event->did |= ledger::did_pass;
    return invocation.perform(invocation.words);
}

} // namespace

Word drop(const Invocation& invocation)
{
    const auto& call = invocation.call;
    const auto& spec = spec_of(call);
    if (spec.can_be_lost()) {
        if (!would_succeed(call)) return let_pass(invocation);
        if (spec.in.shape != Shape::none) return drop_outgoing(invocation, spec.in);
        if (spec.function() == "aio_fsync") finish(*engine::pointer<aiocb>(call, 1));
        return 0;
    }
    // A datagram that came and is lost: the host gets the next one, if one comes.
    const Word lost = invocation.perform(invocation.words);
    if (!succeeded(spec, lost)) return lost;
    note_transfer(invocation, transferred(call, invocation.words, lost));
    return invocation.perform(invocation.words);
}

} // namespace faultline::effects
