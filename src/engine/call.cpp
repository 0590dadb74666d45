#include "engine/call.hpp"

#include "engine/descriptors.hpp"
#include "sys/syscalls.hpp"

#include <aio.h>

namespace faultline::engine {
namespace {

using Dirfd = int (*)(void*);
constinit Dirfd real_dirfd = nullptr;

/// A pointer that cannot be one is left to the kernel, which answers it with EFAULT. What looks like one and is none
/// costs a system call to find out, which not every call is to pay (see readable_pieces).
bool could_be(const void* pointer) noexcept
{
    const auto value = reinterpret_cast<std::uintptr_t>(pointer);
    return value >= 0x1'0000 && value < std::uintptr_t{1} << 47U; // the least that a program may map, the most
}

constexpr std::uint64_t most_pieces = 1024; // IOV_MAX: of more, the kernel looks at none

std::uint64_t vector_bytes(const iovec* vector, std::uint64_t count) noexcept
{
    std::uint64_t sum = 0;
    for (std::uint64_t i = 0; could_be(vector) && count <= most_pieces && i < count; ++i)
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
        return !could_be(header) ? 0 : vector_bytes(header->msg_iov, header->msg_iovlen);
    }
    case messages: {
        const auto* array = pointer<mmsghdr>(call, data.buffer);
        std::uint64_t sum = 0;
        for (std::uint64_t i = 0; could_be(array) && i < (call.words[data.length] & 0xffff'ffffU); ++i)
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

/// Whether an array of pieces can be read, and with `bytes` what they hold.
bool readable_vector(const iovec* vector, std::uint64_t count, bool bytes) noexcept
{
    if (count == 0) return true;
    if (count > most_pieces || !could_be(vector) || !sys::readable(vector, count * sizeof(iovec))) return false;
    for (std::uint64_t i = 0; bytes && i < count; ++i)
        if (!sys::readable(vector[i].iov_base, vector[i].iov_len)) return false;
    return true;
}

bool readable_message(const msghdr& header, bool bytes) noexcept
{
    return readable_vector(header.msg_iov, header.msg_iovlen, bytes) &&
           sys::readable(header.msg_name, header.msg_name == nullptr ? 0 : header.msg_namelen);
}

bool readable_in(const Call& call, const calls::Data& data, bool contents) noexcept
{
    using enum calls::Data::Shape;
    const auto* const at = data.buffer < 0 ? nullptr : pointer<const void>(call, data.buffer);
    switch (data.shape) {
    case vector:
        return readable_vector(static_cast<const iovec*>(at), call.words[data.length] & 0xffff'ffffU, contents);
    case message:
        return could_be(at) && sys::readable(at, sizeof(msghdr)) &&
               readable_message(*static_cast<const msghdr*>(at), contents);
    case messages: {
        const auto count = call.words[data.length] & 0xffff'ffffU;
        const auto* const array = static_cast<const mmsghdr*>(at);
        if (count == 0 || count > most_pieces) return true;
        if (!could_be(at) || !sys::readable(at, count * sizeof(mmsghdr))) return false;
        for (std::uint64_t i = 0; i < count; ++i)
            if (!readable_message(array[i].msg_hdr, contents)) return false;
        return true;
    }
    case calls::Data::Shape::bytes:
        return !contents || sys::readable(at, call.words[data.length]);
    default:
        return true;
    }
}

} // namespace

bool readable_pieces(const Call& call) noexcept
{
    const auto& spec = spec_of(call);
    return !look_ups_allowed() || (readable_in(call, spec.in, false) && readable_in(call, spec.out, false));
}

bool readable_data(const Call& call) noexcept
{
    const auto& spec = spec_of(call);
    return !look_ups_allowed() || (readable_in(call, spec.in, true) && readable_in(call, spec.out, false));
}

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
    if (spec.block != calls::absent) return pointer<const aiocb>(call, spec.block)->aio_fildes;
    if (spec.dir != calls::absent) return descriptor_of_directory(pointer<void>(call, spec.dir));
    return -1;
}

bool asks_in_vain(const Call& call) noexcept
{
    if (!spec_of(call).asks_for_end()) return false;
    return __atomic_load_n(&pointer<const aiocb>(call, spec_of(call).block)->__error_code, __ATOMIC_ACQUIRE) ==
           EINPROGRESS;
}

std::uint64_t scattered_bytes(const Call& call) noexcept
{
    const auto& spec = spec_of(call);
    return bytes_in(call, spec.out) + bytes_in(call, spec.in);
}

} // namespace faultline::engine
