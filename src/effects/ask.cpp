#include "effects/ask.hpp"

#include "effects/data.hpp"
#include "engine/descriptors.hpp"
#include "sys/sockets.hpp"

#include <aio.h>
#include <cerrno>
#include <linux/tcp.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/xattr.h>

namespace faultline::effects {
namespace {

using engine::Call;

/// O_RDWR, O_NONBLOCK and the like of an open descriptor; negative where it is closed, or good for its path only.
long status_of(int fd) noexcept
{
    const long status = sys::call(SYS_fcntl, fd, F_GETFL);
    return status >= 0 && (status & O_PATH) != 0 ? -EBADF : status;
}

bool writable(int fd) noexcept
{
    const long status = status_of(fd);
    return status >= 0 && ((status & O_ACCMODE) == O_WRONLY || (status & O_ACCMODE) == O_RDWR);
}

unsigned mode_of(int fd) noexcept
{
    struct stat status {};
    return sys::call(SYS_fstat, fd, sys::address(&status)) == 0 ? status.st_mode & S_IFMT : ~0U;
}

/// Whether a pipe, socket or terminal takes something: its other end is there, and where the call will not wait, room.
bool takes(const Call& call, int fd) noexcept
{
    pollfd state{fd, POLLOUT, 0};
    constexpr timespec at_once{0, 0};
    if (sys::call(SYS_ppoll, sys::address(&state), 1, sys::address(&at_once), 0, 0) < 0) return false;
    if ((state.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0) return false;
    return (state.revents & POLLOUT) != 0 || !asks_not_to_wait(call);
}

/// Whether a call names its receiver.
bool names_receiver(const Call& call) noexcept
{
    const auto& spec = spec_of(call);
    if (spec.address != calls::absent) return call.words[spec.address] != 0;
    if (spec.in.shape == Shape::message)
        return engine::pointer<const msghdr>(call, spec.in.buffer)->msg_name != nullptr;
    if (spec.in.shape == Shape::messages)
        return call.words[spec.in.length] != 0 &&
               engine::pointer<const mmsghdr>(call, spec.in.buffer)->msg_hdr.msg_name != nullptr;
    return false;
}

bool socket_takes(const Call& call, int fd) noexcept
{
    const int type = sys::socket_option(fd, SO_TYPE);
    if (type < 0 || !takes(call, fd)) return false;
    const int domain = sys::socket_option(fd, SO_DOMAIN);
    const bool is_internet = domain == AF_INET || domain == AF_INET6;
    if (type == SOCK_STREAM && (is_internet || domain == AF_UNIX))
        // Nothing is sent, but it is found out whether something could be. An error that waits was seen by takes().
        return sys::call(SYS_sendto, fd, 0, 0, MSG_NOSIGNAL | MSG_DONTWAIT, 0, 0) >= 0;
    sockaddr_storage peer;
    socklen_t length = sizeof peer;
    const long known = sys::call(SYS_getpeername, fd, sys::address(&peer), sys::address(&length));
    if (known == -ENOTCONN && !names_receiver(call)) return false;
    constexpr std::uint64_t largest_datagram = 65507; // IPv4: 65535, less its header and UDP's
    const auto most = is_internet ? largest_datagram : static_cast<std::uint64_t>(sys::socket_option(fd, SO_SNDBUF));
    return type != SOCK_DGRAM || spec_of(call).in.shape == Shape::messages || engine::asked_bytes(call) <= most;
}

bool takes_bytes(const Call& call, int fd) noexcept
{
    if (!writable(fd)) return false;
    switch (mode_of(fd)) {
    case S_IFREG:
    case S_IFBLK:
        return true;
    case S_IFSOCK:
        return socket_takes(call, fd);
    case 0: // no file at all: of these, an eventfd takes eight bytes, and the others nothing
        return engine::asked_bytes(call) >= sizeof(std::uint64_t) && takes(call, fd);
    default:
        return takes(call, fd);
    }
}

constexpr calls::Argument offset_argument = 3; // of pwrite, pwritev, pwritev2

bool writes(const Call& call) noexcept
{
    return engine::readable_data(call) && takes_bytes(call, engine::descriptor_of(call));
}

bool writes_at(const Call& call) noexcept
{
    const auto offset = static_cast<std::int64_t>(call.words[offset_argument]);
    return offset >= 0 && sys::call(SYS_lseek, engine::descriptor_of(call), 0, SEEK_CUR) >= 0 && writes(call);
}

/// pwritev2 writes where the file stands if its offset is -1.
bool writes_at_or_here(const Call& call) noexcept
{
    return static_cast<std::int64_t>(call.words[offset_argument]) == -1 ? writes(call) : writes_at(call);
}

bool sends(const Call& call) noexcept
{
    const auto& spec = spec_of(call);
    const auto address = spec.address == calls::absent ? 0 : call.words[spec.address];
    if (address != 0 && !sys::readable(reinterpret_cast<const void*>(address))) return false;
    return engine::readable_data(call) && socket_takes(call, engine::descriptor_of(call));
}

/// A stream's own errors come before those of its descriptor, which one that has none (open_memstream) cannot have.
bool stream_writes(const Call& call) noexcept
{
    constexpr int no_writes = 8; // _IO_NO_WRITES: opened for reading. Part of libc's ABI, as _fileno.
    const auto* const stream = engine::stream_of(call);
    if ((stream->_flags & no_writes) != 0 || stream->_mode > 0 /* wide */) return false;
    return stream->_fileno < 0 || takes_bytes(call, stream->_fileno);
}

bool stream_flushes(const Call& call) noexcept
{
    const auto* const stream = engine::stream_of(call); // null: all of them
    return stream == nullptr || stream->_IO_write_ptr == stream->_IO_write_base || stream->_fileno < 0 ||
           writable(stream->_fileno);
}

bool syncs(const Call& call) noexcept
{
    const int fd = engine::descriptor_of(call);
    const auto mode = mode_of(fd);
    return status_of(fd) >= 0 && (mode == S_IFREG || mode == S_IFDIR || mode == S_IFBLK);
}

bool always(const Call& /*call*/) noexcept { return true; }

bool is_open(const Call& call) noexcept { return status_of(engine::descriptor_of(call)) >= 0; }

bool syncs_range(const Call& call) noexcept
{
    constexpr Word all_flags = SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
    const auto* const words = call.words;
    if ((words[3] & 0xffff'ffffU & ~all_flags) != 0) return false;
    // With no flags it looks at the rest and does nothing.
    return sys::call(SYS_sync_file_range, static_cast<int>(words[0]), static_cast<long>(words[1]),
                     static_cast<long>(words[2]), 0) == 0;
}

bool syncs_mapping(const Call& call) noexcept
{
    const auto* const words = call.words;
    const auto flags = static_cast<int>(words[2]);
    if ((flags & MS_SYNC) != 0 && (flags & MS_ASYNC) != 0) return false;
    // Without MS_SYNC it looks whether all of it is mapped and does nothing.
    return sys::call(SYS_msync, static_cast<long>(words[0]), static_cast<long>(words[1]), flags & ~MS_SYNC) == 0;
}

/// One that is lost has nothing more to say: who is to be told of its end has to have it made.
bool syncs_later(const Call& call) noexcept
{
    const auto operation = static_cast<int>(call.words[0]);
    const auto* const block = engine::pointer<const aiocb>(call, 1);
    if ((operation != O_SYNC && operation != O_DSYNC) || !sys::readable(block, sizeof *block)) return false;
    const auto mode = mode_of(block->aio_fildes);
    return block->aio_sigevent.sigev_notify == SIGEV_NONE && status_of(block->aio_fildes) >= 0 &&
           (mode == S_IFREG || mode == S_IFDIR || mode == S_IFBLK);
}

bool queues(const Call& call) noexcept
{
    constexpr Word priorities = 32768; // MQ_PRIO_MAX
    const int fd = engine::descriptor_of(call);
    mq_attr queue{};
    if (!writable(fd) || sys::call(SYS_mq_getsetattr, fd, 0, sys::address(&queue)) != 0) return false;
    return call.words[2] <= static_cast<Word>(queue.mq_msgsize) && (call.words[3] & 0xffff'ffffU) < priorities &&
           engine::readable_data(call) && takes(call, fd);
}

/// Of an attribute: that its file has such, whether it is there, as the flags ask, and may be changed.
bool sets_attribute(const Call& call) noexcept
{
    const auto& spec = spec_of(call);
    const bool by_fd = spec.fd != calls::absent;
    const long number = by_fd ? SYS_fgetxattr : spec.name == "lsetxattr" ? SYS_lgetxattr : SYS_getxattr;
    const auto where = static_cast<long>(by_fd ? Word{static_cast<std::uint32_t>(call.words[0])} : call.words[0]);
    const long there = sys::call(number, where, static_cast<long>(call.words[1]), 0, 0);
    const auto flags = static_cast<int>(call.words[4]);
    if (there < 0 && there != -ENODATA) return false;
    if ((flags & ~(XATTR_CREATE | XATTR_REPLACE)) != 0 || !engine::readable_data(call)) return false;
    if (there >= 0 ? (flags & XATTR_CREATE) != 0 : (flags & XATTR_REPLACE) != 0) return false;
    if (!by_fd) return sys::call(SYS_faccessat, AT_FDCWD, where, W_OK) == 0;
    constexpr int empty_path = AT_EMPTY_PATH;
    return sys::call(SYS_faccessat2, where, sys::address(""), W_OK, empty_path) == 0;
}

/// What is asked of the kernel before a call of a function is lost.
struct Question {
    calls::ShortLabel function;
    bool (*accepted)(const Call& call) noexcept;
};
constexpr Question questions[] = {
    {"write", writes},
    {"writev", writes},
    {"pwrite", writes_at},
    {"pwritev", writes_at},
    {"pwritev2", writes_at_or_here},
    {"send", sends},
    {"sendto", sends},
    {"sendmsg", sends},
    {"sendmmsg", sends},
    {"mq_send", queues},
    {"mq_timedsend", queues},
    {"fwrite", stream_writes},
    {"fputs", stream_writes},
    {"puts", stream_writes},
    {"fputc", stream_writes},
    {"putc", stream_writes},
    {"putchar", stream_writes},
    {"fflush", stream_flushes},
    {"fsync", syncs},
    {"fdatasync", syncs},
    {"sync", always},
    {"syncfs", is_open},
    {"sync_file_range", syncs_range},
    {"msync", syncs_mapping},
    {"aio_fsync", syncs_later},
    {"setxattr", sets_attribute},
    {"lsetxattr", sets_attribute},
    {"fsetxattr", sets_attribute},
};

constexpr const Question* question_for(const calls::Spec& spec) noexcept
{
    for (const auto& question : questions)
        if (spec.function() == question.function) return &question;
    return nullptr;
}

/// The question of each row that says "done" and loses what it was to do; a row that lacks one does not compile.
consteval bool every_row_has_one()
{
    for (const auto& spec : calls::table)
        if (spec.can_be_lost() && question_for(spec) == nullptr) return false;
    return true;
}
static_assert(every_row_has_one(),
              "a row can be dropped, and no function asks the kernel whether it would have succeeded");

} // namespace

bool would_succeed(const Call& call) noexcept
{
    return !engine::look_ups_allowed() || question_for(spec_of(call))->accepted(call);
}

} // namespace faultline::effects
