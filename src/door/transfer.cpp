#include "door/transfer.hpp"

#include "door/remote.hpp"
#include "door/size_limit.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <utility>

namespace faultline::door {
namespace {

// More than that is cut, as the kernel cuts what is larger than 2 GiB.
constexpr std::uint64_t most_bytes = 8 << 20;

bool names_offset(int number)
{
    return number == SYS_pread64 || number == SYS_pwrite64 || number == SYS_preadv || number == SYS_pwritev ||
           number == SYS_preadv2 || number == SYS_pwritev2;
}

bool is_message(int number) { return number == SYS_sendmsg || number == SYS_recvmsg; }
bool names_address(int number) { return number == SYS_sendto || number == SYS_recvfrom; }

} // namespace

bool can_transfer(int number)
{
    constexpr int known[] = {SYS_read,    SYS_readv,   SYS_pread64,  SYS_preadv,  SYS_preadv2,
                             SYS_write,   SYS_writev,  SYS_pwrite64, SYS_pwritev, SYS_pwritev2,
                             SYS_recvmsg, SYS_sendmsg, SYS_recvfrom, SYS_sendto,  SYS_getrandom};
    return std::ranges::find(known, number) != std::end(known);
}

std::optional<Transfer> Transfer::of(pid_t tid, int pidfd, const Told& told, const CopiedCall& call,
                                     std::uint64_t limit)
{
    if (!can_transfer(told.number)) return std::nullopt;
    Transfer transfer;
    transfer.tid_ = tid;
    transfer.number_ = told.number;
    transfer.out_ = call.spec().in.shape != calls::Data::Shape::none;
    transfer.pieces_ = call.pieces();
    // A length beyond half of the memory is EINVAL, or EBADF: the kernel's to say.
    if (std::ranges::any_of(transfer.pieces_, [](const auto& each) { return static_cast<ssize_t>(each.iov_len) < 0; }))
        return std::nullopt;
    std::uint64_t size = 0;
    for (auto& piece : transfer.pieces_) {
        piece.iov_len = std::min<std::uint64_t>(piece.iov_len, std::min(limit, most_bytes) - size);
        size += piece.iov_len;
    }
    if (told.number != SYS_getrandom) {
        const auto fd = static_cast<int>(told.arguments[0]);
        transfer.fd_ = static_cast<int>(::syscall(SYS_pidfd_getfd, pidfd, fd, 0));
        if (transfer.fd_ < 0) return std::nullopt;
        struct stat status {};
        const int flags = ::fcntl(transfer.fd_, F_GETFL);
        if (::fstat(transfer.fd_, &status) != 0 || flags < 0) return std::nullopt;
        transfer.is_file_ = S_ISREG(status.st_mode) || S_ISBLK(status.st_mode);
        transfer.is_socket_ = S_ISSOCK(status.st_mode);
        transfer.may_wait_ = (flags & O_NONBLOCK) == 0;
        if (S_ISDIR(status.st_mode) || (flags & O_ACCMODE) == (transfer.out_ ? O_RDONLY : O_WRONLY) ||
            (flags & O_DIRECT) != 0)
            return std::nullopt; // the kernel refuses it, or wants memory of its own kind
        if (is_message(told.number) || names_address(told.number)) {
            if (!transfer.is_socket_) return std::nullopt;
            transfer.flags_ = static_cast<int>(told.arguments[is_message(told.number) ? 2 : 3]);
            if ((transfer.flags_ & MSG_DONTWAIT) != 0) transfer.may_wait_ = false;
            if ((transfer.flags_ & (MSG_ERRQUEUE | MSG_OOB)) != 0) return std::nullopt;
        }
        if (is_message(told.number)) {
            const auto& header = call.header();
            if (header.msg_controllen != 0) return std::nullopt; // descriptors and credentials would be ours
            transfer.header_at_ = told.arguments[1];
            transfer.name_at_ = reinterpret_cast<std::uint64_t>(header.msg_name);
            transfer.name_length_at_ = told.arguments[1] + offsetof(msghdr, msg_namelen);
            transfer.name_.resize(header.msg_namelen <= sizeof(sockaddr_storage) ? header.msg_namelen : 0);
        }
        if (names_address(told.number)) {
            transfer.name_at_ = told.arguments[4];
            transfer.name_length_at_ = told.arguments[5];
            if (transfer.out_) transfer.name_.resize(std::min<std::uint64_t>(told.arguments[5], 128));
        }
        if (transfer.name_at_ == 0) transfer.name_.clear();
        if (transfer.out_ && !read_memory(tid, transfer.name_at_, transfer.name_.data(), transfer.name_.size()))
            return std::nullopt;
        if (names_offset(told.number)) {
            transfer.offset_ = static_cast<std::int64_t>(told.arguments[3]);
            if (told.number == SYS_preadv2 || told.number == SYS_pwritev2)
                transfer.flags_ = static_cast<int>(told.arguments[5]);
        }
    }
    transfer.bytes_.resize(size);
    if (transfer.out_) {
        std::size_t at = 0;
        for (const auto& piece : transfer.pieces_) {
            if (!read_memory(tid, reinterpret_cast<std::uint64_t>(piece.iov_base), transfer.bytes_.data() + at,
                             piece.iov_len))
                return std::nullopt; // EFAULT, or a part of it: the kernel's to say
            at += piece.iov_len;
        }
    }
    return transfer;
}

Transfer::Transfer(Transfer&& other) noexcept
    : tid_(other.tid_), fd_(std::exchange(other.fd_, -1)), number_(other.number_), out_(other.out_),
      is_file_(other.is_file_), is_socket_(other.is_socket_), may_wait_(other.may_wait_), offset_(other.offset_),
      flags_(other.flags_), pieces_(std::move(other.pieces_)), bytes_(std::move(other.bytes_)), done_(other.done_),
      name_(std::move(other.name_)), name_at_(other.name_at_), name_length_at_(other.name_length_at_),
      header_at_(other.header_at_), sender_(other.sender_), sender_length_(other.sender_length_),
      received_flags_(other.received_flags_)
{}

Transfer::~Transfer()
{
    if (fd_ >= 0) ::close(fd_);
}

/// One system call, which does not wait: the bytes that it moved, or -errno.
std::int64_t Transfer::step(char* bytes, std::size_t size)
{
    iovec piece{bytes, size};
    ssize_t moved = 0;
    if (fd_ < 0) {
        moved = ::getrandom(bytes, size, GRND_NONBLOCK);
    } else if (is_socket_) {
        msghdr header{};
        header.msg_iov = &piece;
        header.msg_iovlen = 1;
        if (out_) {
            header.msg_name = name_.empty() ? nullptr : name_.data();
            header.msg_namelen = static_cast<socklen_t>(name_.size());
            moved = ::sendmsg(fd_, &header, flags_ | MSG_DONTWAIT | MSG_NOSIGNAL);
        } else {
            header.msg_name = &sender_;
            header.msg_namelen = sizeof sender_;
            moved = ::recvmsg(fd_, &header, (flags_ & ~MSG_WAITALL) | MSG_DONTWAIT);
            sender_length_ = header.msg_namelen;
            received_flags_ = header.msg_flags;
        }
    } else {
        const int no_wait = is_file_ ? 0 : RWF_NOWAIT;
        moved = out_ ? ::pwritev2(fd_, &piece, 1, offset_, flags_ | no_wait)
                     : ::preadv2(fd_, &piece, 1, offset_, flags_ | no_wait);
        // A terminal knows no RWF_NOWAIT; when it says that it is ready, it is.
        if (moved < 0 && errno == EOPNOTSUPP && !is_file_)
            moved = out_ ? ::write(fd_, bytes, size) : ::read(fd_, bytes, size);
    }
    return moved < 0 ? -errno : moved;
}

std::optional<std::int64_t> Transfer::attempt()
{
    std::optional<SizeLimit> limit;
    if (out_ && is_file_) limit.emplace(tid_);
    for (;;) {
        const auto moved = step(bytes_.data() + (out_ ? done_ : 0), bytes_.size() - (out_ ? done_ : 0));
        if (moved == -EINTR) continue;
        if (moved == -EAGAIN && may_wait_) return std::nullopt;
        if (limit) limit->tell(moved);
        if (moved < 0) return done_ != 0 ? static_cast<std::int64_t>(done_) : moved;
        if (!out_) {
            bytes_.resize(std::min(static_cast<std::size_t>(moved), bytes_.size()));
            return moved;
        }
        done_ += static_cast<std::size_t>(moved);
        // A file takes what it has room for; a pipe or stream that may wait takes all in the end.
        if (done_ >= bytes_.size() || moved == 0 || is_file_ || !may_wait_) return static_cast<std::int64_t>(done_);
    }
}

std::int64_t Transfer::deliver()
{
    std::size_t at = 0;
    for (const auto& piece : pieces_) {
        const auto bytes = std::min(piece.iov_len, bytes_.size() - at);
        if (!write_memory(tid_, reinterpret_cast<std::uint64_t>(piece.iov_base), bytes_.data() + at, bytes))
            return -EFAULT;
        at += bytes;
    }
    if (name_at_ != 0 && is_socket_) {
        socklen_t room = 0;
        if (!read_value(tid_, name_length_at_, room) ||
            !write_memory(tid_, name_at_, &sender_, std::min(room, sender_length_)) ||
            !write_memory(tid_, name_length_at_, &sender_length_, sizeof sender_length_))
            return -EFAULT;
    }
    if (header_at_ != 0 &&
        !write_memory(tid_, header_at_ + offsetof(msghdr, msg_flags), &received_flags_, sizeof received_flags_))
        return -EFAULT;
    return static_cast<std::int64_t>(bytes_.size());
}

void Transfer::skip(std::uint64_t bytes) const
{
    if (is_file_ && offset_ < 0) ::lseek(fd_, static_cast<off_t>(bytes), SEEK_CUR);
}

} // namespace faultline::door
