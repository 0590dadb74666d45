// `corruption`: the call is made, and its data damaged: what came in, or a copy of what goes out.
#include "effects/data.hpp"

#include <malloc.h>

namespace faultline::effects {
namespace {

void note(const Invocation& invocation, const Damage& damage) noexcept
{
    auto* const event = invocation.verdict.event;
    if (event == nullptr) return;
    event->mode = invocation.verdict.fault->mode;
    event->bytes = damage.count;
    event->offset = damage.first;
    event->did |= ledger::did_mode | ledger::did_bytes | (damage.count != 0 ? ledger::did_offset : 0U);
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

/// Damages each of the messages that an array holds, or cuts it; returns all that was done, told of the first.
Damage damage_messages(const Invocation& invocation, mmsghdr* array, std::uint64_t count) noexcept
{
    const auto& fault = *invocation.verdict.fault;
    Damage sum;
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint64_t size = array[i].msg_len;
        if (size == 0) continue;
        Damage done;
        if (fault.mode == plan::Mode::truncate) {
            const auto kept = truncated(size, fault);
            done = {kept, size - kept};
            array[i].msg_len = static_cast<unsigned>(kept);
        } else {
            const engine::Draw own{invocation.verdict.draw.bits(engine::Draw::damage), i + 1};
            done = damage({array[i].msg_hdr.msg_iov, size}, fault, own);
        }
        if (sum.count == 0) sum.first = done.first;
        sum.count += done.count;
    }
    return sum;
}

/// Garbage where the host may not rely on anything: in a new block, or in what a larger block has more than the old.
Word corrupt_fresh(const Invocation& invocation, const Data& data)
{
    const auto* const old =
        data.length == calls::absent ? nullptr : engine::pointer<void>(invocation.call, data.length);
    const std::uint64_t kept = old == nullptr ? 0 : malloc_usable_size(const_cast<void*>(old));
    const Word result = invocation.perform(invocation.words);
    const auto size = engine::asked_bytes(invocation.call);
    if (!succeeded(spec_of(invocation.call), result) || size <= kept) {
        note(invocation, {});
        return result;
    }
    iovec whole{nullptr, size};
    const iovec single{static_cast<char*>(pieces_of(invocation.call, data, result, whole)->iov_base) + kept,
                       size - kept};
    auto done = damage({&single, size - kept}, *invocation.verdict.fault, invocation.verdict.draw);
    done.first += kept;
    note(invocation, done);
    return result;
}

Word corrupt_incoming(const Invocation& invocation, const Data& data)
{
    if (data.shape == Shape::fresh) return corrupt_fresh(invocation, data);
    const Word result = invocation.perform(invocation.words);
    if (data.shape == Shape::byte)
        return static_cast<std::int32_t>(result) < 0 ? result : damage_character(invocation, result);
    if (data.shape == Shape::messages) {
        const auto count = static_cast<std::int32_t>(result) > 0 ? result : 0;
        note(invocation, damage_messages(invocation, engine::pointer<mmsghdr>(invocation.call, data.buffer), count));
        return result;
    }
    auto size = transferred(invocation.call, invocation.words, result);
    // MSG_TRUNC makes recv() tell a datagram's length, though no more of it came than the buffer holds.
    if (spec_of(invocation.call).has_size() && size > engine::asked_bytes(invocation.call))
        size = engine::asked_bytes(invocation.call);
    if (size == 0) {
        note(invocation, {});
        return result;
    }
    if (invocation.verdict.fault->mode == plan::Mode::truncate) return cut_incoming(invocation, data, result, size);
    iovec single{nullptr, size};
    const iovec* const pieces = pieces_of(invocation.call, data, result, single);
    note(invocation, damage({pieces, size}, *invocation.verdict.fault, invocation.verdict.draw));
    return result;
}

/// sendmmsg with damaged copies of all its messages. The lengths that were sent go back into the caller's array.
Word corrupt_outgoing_messages(const Invocation& invocation, const Data& data)
{
    Word* const words = invocation.words;
    auto* const original = reinterpret_cast<mmsghdr*>(words[data.buffer]);
    const auto count = static_cast<std::uint32_t>(words[data.length]);
    const auto size = engine::asked_bytes(invocation.call);
    const auto loan = size == 0 ? Loan{} : Loan::of(count * (sizeof(mmsghdr) + sizeof(iovec)) + size);
    if (loan.bytes == nullptr) {
        note(invocation, {});
        return invocation.perform(words);
    }
    auto* const copies = reinterpret_cast<mmsghdr*>(loan.bytes);
    auto* const pieces = reinterpret_cast<iovec*>(copies + count);
    auto* bytes = reinterpret_cast<char*>(pieces + count);
    for (std::uint32_t i = 0; i < count; ++i) {
        copies[i] = original[i];
        const auto length = bytes_of(original[i].msg_hdr);
        Bytes{original[i].msg_hdr.msg_iov, length}.copy_to(bytes);
        pieces[i] = {bytes, length};
        copies[i].msg_hdr.msg_iov = &pieces[i];
        copies[i].msg_hdr.msg_iovlen = 1;
        copies[i].msg_len = static_cast<unsigned>(length);
        bytes += length;
    }
    note(invocation, damage_messages(invocation, copies, count));
    for (std::uint32_t i = 0; i < count; ++i)
        pieces[i].iov_len = copies[i].msg_len; // less, where it was truncated
    words[data.buffer] = reinterpret_cast<Word>(copies);
    const Word result = invocation.perform(words);
    words[data.buffer] = reinterpret_cast<Word>(original);
    for (std::int64_t i = 0; i < static_cast<std::int32_t>(result); ++i)
        original[i].msg_len = copies[i].msg_len;
    loan.give_back();
    return result;
}

Word corrupt_outgoing(const Invocation& invocation, const Data& data)
{
    Word* const words = invocation.words;
    if (data.shape == Shape::messages) return corrupt_outgoing_messages(invocation, data);
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
    Bytes{pieces_of(invocation.call, data, 0, single), size}.copy_to(loan.bytes);
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

} // namespace

Word corrupt(const Invocation& invocation)
{
    if (invocation.verdict.fault->attributes.count != 0) return corrupt_attributes(invocation);
    const auto& spec = spec_of(invocation.call);
    return spec.in.shape != Shape::none ? corrupt_outgoing(invocation, spec.in)
                                        : corrupt_incoming(invocation, spec.out);
}

} // namespace faultline::effects
