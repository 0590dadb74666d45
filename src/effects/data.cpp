// `corruption` and `short`: the call is made, with other data or less of it.
#include "effects/bytes.hpp"
#include "effects/effects.hpp"
#include "sys/syscalls.hpp"

#include <cerrno>

namespace faultline::effects {
namespace {

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

const iovec* pieces_of(const Invocation& invocation, const Data& data, iovec& single) noexcept
{
    const auto& call = invocation.call;
    if (data.shape == Shape::vector) return engine::pointer<const iovec>(call, data.buffer);
    if (data.shape == Shape::message) return engine::pointer<const msghdr>(call, data.buffer)->msg_iov;
    single.iov_base = data.shape == Shape::line ? *engine::pointer<void*>(call, data.buffer)
                                                : engine::pointer<void>(call, data.buffer);
    return &single;
}

/// The bytes that a call has brought in, by its result; 0 where there are none.
std::uint64_t received(const Invocation& invocation, const Data& data, Word result) noexcept
{
    const auto& call = invocation.call;
    if (!succeeded(spec_of(call), result)) return 0;
    switch (data.shape) {
    case Shape::items:
        return result * call.words[data.length];
    case Shape::text:
        return __builtin_strlen(engine::pointer<const char>(call, data.buffer));
    case Shape::bytes:
        if (data.length != calls::result) return call.words[data.length];
        [[fallthrough]];
    default:
        return static_cast<std::int64_t>(result) > 0 ? result : 0;
    }
}

void note(const Invocation& invocation, const Damage& damage) noexcept
{
    auto* const event = invocation.verdict.event;
    if (event == nullptr) return;
    event->mode = invocation.verdict.fault->mode;
    event->bytes = damage.count;
    event->offset = damage.first;
    event->did |= ledger::did_mode | ledger::did_bytes | (damage.count != 0 ? ledger::did_offset : 0U);
}

void note_transfer(const Invocation& invocation, std::uint64_t bytes) noexcept
{
    auto* const event = invocation.verdict.event;
    if (event == nullptr) return;
    event->bytes = bytes;
    event->did |= ledger::did_bytes;
}

/// One character: the result of getc, or an argument of putc.
Word damage_character(const Invocation& invocation, Word character) noexcept
{
    auto byte = static_cast<unsigned char>(character);
    const iovec single{&byte, 1};
    note(invocation, damage({&single, 1}, *invocation.verdict.fault, invocation.verdict.draw));
    return byte;
}

/// Takes bytes off the end of what came in, and says so in the result.
Word cut_incoming(const Invocation& invocation, const Data& data, Word result, std::uint64_t size)
{
    const auto kept = truncated(size, *invocation.verdict.fault);
    note(invocation, {kept, size - kept});
    const auto& call = invocation.call;
    if (data.shape == Shape::items) return kept / call.words[data.length];
    if (data.shape == Shape::text) {
        engine::pointer<char>(call, data.buffer)[kept] = '\0';
        return result;
    }
    if (data.shape == Shape::line) (*engine::pointer<char*>(call, data.buffer))[kept] = '\0';
    return data.length == calls::result || data.shape != Shape::bytes ? kept : result;
}

Word corrupt_incoming(const Invocation& invocation, const Data& data)
{
    const Word result = invocation.perform(invocation.words);
    if (data.shape == Shape::byte)
        return static_cast<std::int32_t>(result) < 0 ? result : damage_character(invocation, result);
    auto size = received(invocation, data, result);
    // MSG_TRUNC makes recv() tell a datagram's length, though no more of it came than the buffer holds.
    if (spec_of(invocation.call).has_size() && size > engine::asked_bytes(invocation.call))
        size = engine::asked_bytes(invocation.call);
    if (size == 0) {
        note(invocation, {});
        return result;
    }
    if (invocation.verdict.fault->mode == plan::Mode::truncate) return cut_incoming(invocation, data, result, size);
    iovec single{nullptr, size};
    const iovec* const pieces = pieces_of(invocation, data, single);
    note(invocation, damage({pieces, size}, *invocation.verdict.fault, invocation.verdict.draw));
    return result;
}

/// The real call with `size` bytes at `bytes` in place of the caller's data.
Word perform_with(const Invocation& invocation, const Data& data, char* bytes, std::uint64_t size)
{
    Word* const words = invocation.words;
    const Word buffer = words[data.buffer];
    iovec single{bytes, size};
    switch (data.shape) {
    case Shape::vector:
        words[data.buffer] = reinterpret_cast<Word>(&single);
        words[data.length] = 1;
        return invocation.perform(words);
    case Shape::message: {
        msghdr header = *reinterpret_cast<const msghdr*>(buffer);
        header.msg_iov = &single;
        header.msg_iovlen = 1;
        words[data.buffer] = reinterpret_cast<Word>(&header);
        return invocation.perform(words);
    }
    case Shape::items: {
        const Word item = words[data.length];
        words[data.buffer] = reinterpret_cast<Word>(bytes);
        words[data.count] = size / item;
        return invocation.perform(words);
    }
    case Shape::bytes:
        words[data.length] = size;
        [[fallthrough]];
    default:
        words[data.buffer] = reinterpret_cast<Word>(bytes);
        return invocation.perform(words);
    }
}

Word corrupt_outgoing(const Invocation& invocation, const Data& data)
{
    Word* const words = invocation.words;
    if (data.shape == Shape::byte) {
        const Word given = words[data.buffer];
        words[data.buffer] = damage_character(invocation, given);
        const Word result = invocation.perform(words);
        return static_cast<std::int32_t>(result) < 0 ? result : given & 0xffU;
    }
    const auto size = data.shape == Shape::bytes ? words[data.length] : engine::asked_bytes(invocation.call);
    const auto loan = size == 0 ? Loan{} : Loan::of(size + 1); // a string's NUL
    if (loan.bytes == nullptr) {
        note(invocation, {});
        return invocation.perform(words);
    }
    iovec single{nullptr, size};
    Bytes{pieces_of(invocation, data, single), size}.copy_to(loan.bytes);
    auto sent = size;
    if (invocation.verdict.fault->mode == plan::Mode::truncate) {
        sent = truncated(size, *invocation.verdict.fault);
        loan.bytes[sent] = '\0';
        note(invocation, {sent, size - sent});
    } else {
        const iovec copy{loan.bytes, size};
        note(invocation, damage({&copy, size}, *invocation.verdict.fault, invocation.verdict.draw));
        if (data.shape == Shape::text)
            for (std::uint64_t i = 0; i < size; ++i) // a NUL would end the string: the nearest thing to it is a blank
                if (loan.bytes[i] == '\0') loan.bytes[i] = ' ';
    }
    const Word result = perform_with(invocation, data, loan.bytes, sent);
    loan.give_back();
    return result;
}

/// readv, writev, sendmsg, recvmsg with the first bytes of their pieces.
Word shorten_vector(const Invocation& invocation, const Data& data, std::uint64_t size)
{
    Word* const words = invocation.words;
    const bool is_message = data.shape == Shape::message;
    auto* const original = is_message ? reinterpret_cast<msghdr*>(words[data.buffer]) : nullptr;
    const auto* const pieces = is_message ? original->msg_iov : reinterpret_cast<const iovec*>(words[data.buffer]);
    std::uint64_t count = 0;
    std::uint64_t sum = 0;
    while (sum < size)
        sum += pieces[count++].iov_len;
    const auto loan = Loan::of(count * sizeof(iovec));
    if (loan.bytes == nullptr) return invocation.perform(words);
    auto* const copy = reinterpret_cast<iovec*>(loan.bytes);
    __builtin_memcpy(copy, pieces, count * sizeof(iovec));
    copy[count - 1].iov_len -= sum - size;

    Word result = 0;
    if (is_message) {
        msghdr header = *original;
        header.msg_iov = copy;
        header.msg_iovlen = count;
        words[data.buffer] = reinterpret_cast<Word>(&header);
        result = invocation.perform(words);
        if (spec_of(invocation.call).out.shape == Shape::message) {
            header.msg_iov = original->msg_iov;
            header.msg_iovlen = original->msg_iovlen;
            *original = header;
        }
    } else {
        words[data.buffer] = reinterpret_cast<Word>(copy);
        words[data.length] = count;
        result = invocation.perform(words);
    }
    loan.give_back();
    return result;
}

/// fread and fwrite say "fewer" only when an error or the end was met, so the stream is marked to agree.
Word shorten_items(const Invocation& invocation, const Data& data, std::uint64_t size)
{
    Word* const words = invocation.words;
    const Word item = words[data.length];
    words[data.length] = 1;
    words[data.count] = size;
    const Word moved = invocation.perform(words);
    mark_stream(invocation.call);
    errno = spec_of(invocation.call).in.shape == Shape::none ? EIO : ENOSPC;
    return moved / item;
}

} // namespace

Word corrupt(const Invocation& invocation)
{
    const auto& spec = spec_of(invocation.call);
    return spec.in.shape != Shape::none ? corrupt_outgoing(invocation, spec.in)
                                        : corrupt_incoming(invocation, spec.out);
}

Word shorten(const Invocation& invocation)
{
    const auto& spec = spec_of(invocation.call);
    const auto& data = spec.in.shape != Shape::none ? spec.in : spec.out;
    const auto size = shortened(engine::asked_bytes(invocation.call), *invocation.verdict.fault);
    note_transfer(invocation, size);
    if (data.shape == Shape::vector || data.shape == Shape::message) return shorten_vector(invocation, data, size);
    if (data.shape == Shape::items) return shorten_items(invocation, data, size);
    invocation.words[spec.size.factor] = size;
    return invocation.perform(invocation.words);
}

} // namespace faultline::effects
