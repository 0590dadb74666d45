// `short`, and the call that a budget cuts: fewer bytes are transferred than were asked for, really.
#include "effects/data.hpp"

#include <cerrno>

namespace faultline::effects {
namespace {

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
    note_transfer(invocation, transferred(invocation.call, words, result));
    return result;
}

/// fread and fwrite say "fewer" only when an error or the end was met, so the stream is marked to agree.
Word shorten_items(const Invocation& invocation, const Data& data, std::uint64_t size)
{
    Word* const words = invocation.words;
    const Word item = words[data.length];
    const Word count = words[data.count];
    words[data.length] = 1;
    words[data.count] = size;
    const Word moved = invocation.perform(words);
    words[data.length] = item;
    words[data.count] = count;
    note_transfer(invocation, moved);
    mark_stream(invocation.call);
    errno = spec_of(invocation.call).in.shape == Shape::none ? EIO : ENOSPC;
    return moved / item;
}

} // namespace

Word perform_short(const Invocation& invocation, std::uint64_t size)
{
    const auto& spec = spec_of(invocation.call);
    const auto& data = data_of(spec);
    if (data.shape == Shape::vector || data.shape == Shape::message) return shorten_vector(invocation, data, size);
    if (data.shape == Shape::items) return shorten_items(invocation, data, size);
    invocation.words[spec.size.factor] = size;
    const Word result = invocation.perform(invocation.words);
    note_transfer(invocation, transferred(invocation.call, invocation.words, result));
    return result;
}

Word shorten(const Invocation& invocation)
{
    return perform_short(invocation, shortened(engine::asked_bytes(invocation.call), *invocation.verdict.fault));
}

} // namespace faultline::effects
