#include "effects/data.hpp"

#include <aio.h>

namespace faultline::effects {

const iovec* pieces_of(const engine::Call& call, const Data& data, Word result, iovec& single) noexcept
{
    switch (data.shape) {
    case Shape::vector:
        return engine::pointer<const iovec>(call, data.buffer);
    case Shape::message:
        return engine::pointer<const msghdr>(call, data.buffer)->msg_iov;
    case Shape::completed:
        single.iov_base = const_cast<void*>(engine::pointer<const aiocb>(call, data.buffer)->aio_buf);
        return &single;
    case Shape::line:
        single.iov_base = *engine::pointer<void*>(call, data.buffer);
        return &single;
    case Shape::fresh:
        single.iov_base =
            data.buffer == calls::result ? reinterpret_cast<void*>(result) : *engine::pointer<void*>(call, data.buffer);
        return &single;
    default:
        single.iov_base = engine::pointer<void>(call, data.buffer);
        return &single;
    }
}

std::uint64_t transferred(const engine::Call& call, const Word* words, Word result) noexcept
{
    const auto& spec = spec_of(call);
    const auto& data = data_of(spec);
    if (!succeeded(spec, result)) return 0;
    switch (data.shape) {
    case Shape::items:
        return result * words[data.length];
    case Shape::text:
        return __builtin_strlen(reinterpret_cast<const char*>(words[data.buffer]));
    case Shape::byte:
        return 1;
    case Shape::messages: {
        const auto* const array = reinterpret_cast<const mmsghdr*>(words[data.buffer]);
        std::uint64_t sum = 0;
        for (Word i = 0; i < result; ++i)
            sum += array[i].msg_len;
        return sum;
    }
    case Shape::completed: // writes and flushes end the same way
        return (reinterpret_cast<const aiocb*>(words[data.buffer])->aio_lio_opcode & 127) == LIO_READ ? result : 0;
    case Shape::none: // strdup and its kin
    case Shape::fresh:
        return spec.has_size() ? engine::asked_bytes(call) : 0;
    case Shape::bytes: // of what goes out the result speaks, except where it only says "done" (mq_send, getentropy)
        if (&data == &spec.out && data.length != calls::result) return words[data.length];
        if (&data == &spec.in && spec.size.factor == calls::absent) return words[data.length];
        [[fallthrough]];
    default:
        return static_cast<std::int64_t>(result) > 0 ? result : 0;
    }
}

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

std::uint64_t bytes_of(const msghdr& message) noexcept
{
    std::uint64_t sum = 0;
    for (std::size_t piece = 0; piece < message.msg_iovlen; ++piece)
        sum += message.msg_iov[piece].iov_len;
    return sum;
}

bool asks_not_to_wait(const engine::Call& call) noexcept
{
    const auto& flags = spec_of(call).flags;
    if (flags.kind == calls::Flags::Kind::message && (call.words[flags.argument] & MSG_DONTWAIT) != 0) return true;
    const long status = sys::call(SYS_fcntl, engine::descriptor_of(call), F_GETFL);
    return status >= 0 && (status & O_NONBLOCK) != 0;
}

void note_transfer(const Invocation& invocation, std::uint64_t bytes) noexcept
{
    auto* const event = invocation.verdict.event;
    if (event == nullptr) return;
    event->bytes = bytes;
    event->did |= ledger::did_bytes;
}

} // namespace faultline::effects
