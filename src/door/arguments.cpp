#include "door/arguments.hpp"

#include "door/remote.hpp"

#include <linux/openat2.h>
#include <linux/sched.h>
#include <sys/syscall.h>

namespace faultline::door {
namespace {

constexpr std::size_t most_pieces = 1024; // UIO_MAXIOV

bool has_data(const calls::Data& data)
{
    using enum calls::Data::Shape;
    return data.shape == bytes || data.shape == vector || data.shape == message || data.shape == messages;
}

} // namespace

bool tell(const seccomp_notif& notification, Told& told)
{
    const auto tid = static_cast<pid_t>(notification.pid);
    told.number = notification.data.nr;
    for (std::size_t i = 0; i < told.arguments.size(); ++i)
        told.arguments[i] = notification.data.args[i];
    switch (told.number) {
    case SYS_clone:
        told.clone_flags = told.arguments[0];
        return true;
    case SYS_clone3: {
        clone_args arguments{};
        if (!read_memory(tid, told.arguments[0], &arguments.flags, sizeof arguments.flags)) return false;
        told.clone_flags = arguments.flags;
        return true;
    }
    case SYS_openat2:
        return read_value(tid, told.arguments[2], told.open_flags); // the first field of struct open_how
    case SYS_newfstatat: {
        char first = 0;
        if (told.arguments[1] != 0 && !read_value(tid, told.arguments[1], first)) return false;
        told.path_is_empty = first == '\0';
        return true;
    }
    default:
        return true;
    }
}

bool CopiedCall::copy_path(pid_t tid, calls::Argument argument)
{
    if (argument == calls::absent) return true;
    auto& word = own(argument);
    if (word == 0) return true; // utimensat: the descriptor itself
    if (!read_text(tid, word, texts_.emplace_back())) return false;
    word = reinterpret_cast<engine::Word>(texts_.back().c_str());
    return true;
}

bool CopiedCall::copy_header(pid_t tid, msghdr& header)
{
    if (header.msg_iovlen > most_pieces) return false;
    auto& vector = vectors_.emplace_back(header.msg_iovlen);
    if (!read_memory(tid, reinterpret_cast<std::uint64_t>(header.msg_iov), vector.data(),
                     vector.size() * sizeof(iovec)))
        return false;
    header.msg_iov = vector.data();
    if (header.msg_name == nullptr) return true;
    auto& name = texts_.emplace_back(std::min<std::size_t>(header.msg_namelen, sizeof(sockaddr_storage)), '\0');
    // Of what comes in, the name is only room for one.
    if (!read_memory(tid, reinterpret_cast<std::uint64_t>(header.msg_name), name.data(), name.size())) return false;
    header.msg_name = name.data();
    return true;
}

bool CopiedCall::copy_data(pid_t tid, const calls::Data& data, const Told&)
{
    using enum calls::Data::Shape;
    auto& word = own(data.buffer);
    switch (data.shape) {
    case bytes:
        pieces_ = {{reinterpret_cast<void*>(word), engine::asked_bytes(call())}};
        return true;
    case vector: {
        const auto count = own(data.length);
        if (count > most_pieces) return false;
        pieces_.resize(count);
        if (!read_memory(tid, word, pieces_.data(), count * sizeof(iovec))) return false;
        word = reinterpret_cast<engine::Word>(vectors_.emplace_back(pieces_).data());
        return true;
    }
    case message:
        if (!read_value(tid, word, header_)) return false;
        original_ = header_;
        if (!copy_header(tid, header_)) return false;
        pieces_.assign(header_.msg_iov, header_.msg_iov + header_.msg_iovlen);
        word = reinterpret_cast<engine::Word>(&header_);
        return true;
    case messages: {
        const auto count = own(data.length) & 0xffff'ffffU;
        if (count > most_pieces) return false;
        messages_.resize(count);
        if (!read_memory(tid, word, messages_.data(), count * sizeof(mmsghdr))) return false;
        for (auto& each : messages_)
            if (!copy_header(tid, each.msg_hdr)) return false;
        word = reinterpret_cast<engine::Word>(messages_.data());
        return true;
    }
    default:
        return true;
    }
}

bool CopiedCall::copy(pid_t tid, const Meaning& meaning, const Told& told)
{
    row_ = meaning.row;
    words_ = words_of(meaning, told);
    const auto& spec = calls::table[row_];
    if (!copy_path(tid, spec.path) || !copy_path(tid, spec.path2)) return false;
    if (spec.address != calls::absent) {
        const auto at = static_cast<std::uint8_t>(spec.address);
        auto& word = words_[at];
        const auto length = words_[at + 1U];
        if (length > sizeof(sockaddr_storage)) return false;
        auto& address = texts_.emplace_back(sizeof(sockaddr_storage), '\0');
        if (word != 0 && !read_memory(tid, word, address.data(), length)) return false;
        if (word != 0) word = reinterpret_cast<engine::Word>(address.data());
    }
    if (has_data(spec.in)) return copy_data(tid, spec.in, told);
    if (has_data(spec.out)) return copy_data(tid, spec.out, told);
    return true;
}

} // namespace faultline::door
