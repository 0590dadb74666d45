#include "engine/call.hpp"

namespace faultline::engine {
namespace {

using Dirfd = int (*)(void*);
constinit Dirfd real_dirfd = nullptr;

std::uint64_t vector_bytes(const iovec* vector, std::uint64_t count) noexcept
{
    std::uint64_t sum = 0;
    for (std::uint64_t i = 0; vector != nullptr && i < count && i < 1024 /* IOV_MAX */; ++i)
        sum += vector[i].iov_len;
    return sum;
}

std::uint64_t bytes_in(const Call& call, const calls::Data& data) noexcept
{
    using enum calls::Data::Shape;
    switch (data.shape) {
    case vector:
        return vector_bytes(pointer<iovec>(call, data.buffer), call.words[data.length] & 0xffff'ffffU);
    case message: {
        const auto* header = pointer<msghdr>(call, data.buffer);
        return header == nullptr ? 0 : vector_bytes(header->msg_iov, header->msg_iovlen);
    }
    case messages: {
        const auto* array = pointer<mmsghdr>(call, data.buffer);
        std::uint64_t sum = 0;
        for (std::uint64_t i = 0; array != nullptr && i < (call.words[data.length] & 0xffff'ffffU); ++i)
            sum += vector_bytes(array[i].msg_hdr.msg_iov, array[i].msg_hdr.msg_iovlen);
        return sum;
    }
    case byte:
        return 1;
    case text: {
        const auto* bytes = pointer<char>(call, data.buffer);
        return bytes == nullptr ? 0 : __builtin_strlen(bytes);
    }
    default:
        return 0;
    }
}

} // namespace

void use_dirfd(int (*dirfd)(void*)) noexcept { real_dirfd = dirfd; }

FILE* stream_of(const Call& call) noexcept
{
    switch (const auto stream = spec_of(call).stream) {
    case calls::absent:
        return nullptr;
    case calls::to_stdout:
        return stdout;
    case calls::from_stdin:
        return stdin;
    default:
        return pointer<FILE>(call, stream);
    }
}

int descriptor_of_stream(const void* stream) noexcept
{
    // fileno() would set errno for a stream without a descriptor; the field is part of libc's ABI.
    return stream == nullptr ? -1 : static_cast<const FILE*>(stream)->_fileno;
}

int descriptor_of_directory(const void* directory) noexcept
{
    return directory == nullptr || real_dirfd == nullptr ? -1 : real_dirfd(const_cast<void*>(directory));
}

int descriptor_behind(const Call& call) noexcept
{
    const auto& spec = spec_of(call);
    if (spec.stream != calls::absent) return descriptor_of_stream(stream_of(call));
    if (spec.dir != calls::absent) return descriptor_of_directory(pointer<void>(call, spec.dir));
    return -1;
}

std::uint64_t scattered_bytes(const Call& call) noexcept
{
    const auto& spec = spec_of(call);
    return bytes_in(call, spec.out) + bytes_in(call, spec.in);
}

} // namespace faultline::engine
