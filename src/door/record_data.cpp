// What the recorder does for the calls that change what files hold.

#include "door/record_server.hpp"
#include "door/remote.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <fcntl.h>
#include <linux/fs.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/syscall.h>
#include <sys/uio.h>

namespace faultline::door {
namespace {

constexpr int append_flag = 0x10, no_append_flag = 0x20; // RWF_APPEND, RWF_NOAPPEND

bool is_regular(const Seen& status) { return S_ISREG(status.stx_mode); }

std::optional<std::vector<iovec>> pieces_of(const Asked& asked)
{
    if (asked.number == SYS_write || asked.number == SYS_pwrite64)
        return std::vector<iovec>{{reinterpret_cast<void*>(asked.arguments[1]), asked.arguments[2]}};
    if (asked.arguments[2] > IOV_MAX) return std::nullopt;
    std::vector<iovec> pieces(asked.arguments[2]);
    if (!read_memory(asked.tid, asked.arguments[1], pieces.data(), pieces.size() * sizeof(iovec))) return std::nullopt;
    return pieces;
}

/// Bytes of the caller from `skip` on, as many as there are and there is room for; fewer where its memory ends.
std::size_t gather(const Asked& asked, const std::vector<iovec>& pieces, std::uint64_t skip, char* to, std::size_t room)
{
    std::size_t got = 0;
    for (const auto& piece : pieces) {
        if (skip >= piece.iov_len) {
            skip -= piece.iov_len;
            continue;
        }
        const iovec other{static_cast<char*>(piece.iov_base) + skip, std::min(piece.iov_len - skip, room - got)};
        skip = 0;
        const iovec own{to + got, other.iov_len};
        const auto read = ::process_vm_readv(asked.tid, &own, 1, &other, 1, 0);
        if (read > 0) got += static_cast<std::size_t>(read);
        if (read != static_cast<ssize_t>(other.iov_len) || got == room) break;
    }
    return got;
}

} // namespace

void RecordServer::touch(Known& known, int fd)
{
    files_.keep(known, fd);
    if (known.watched || closes_ < 0) return;
    known.watched = true;
    const auto path = "/proc/self/fd/" + std::to_string(fd);
    const int watch = ::inotify_add_watch(closes_, path.c_str(), IN_CLOSE_WRITE);
    if (watch >= 0)
        watches_[watch] = known.id;
    else if (errno == ENOSPC)
        warn("that files were closed is not recorded of all: fs.inotify.max_user_watches is too small");
}

void RecordServer::unwatched(Known& known, int fd, const std::function<void()>& use)
{
    drain_closes();
    for (const auto& [watch, inode] : watches_)
        if (inode == known.id) ::inotify_rm_watch(closes_, watch);
    use();
    drain_closes(); // this tells that the watch is gone
    touch(known, fd);
}

Known* RecordServer::changed_by(const Asked& asked, const Fd& fd, Seen& status)
{
    (void)asked;
    if (!fd || !look(fd.get(), "", 0, status) || !is_regular(status)) return nullptr;
    return files_.find(status);
}

RecordServer::Answer RecordServer::perform_on(const Asked& asked, const Seen& before,
                                              const std::function<std::int64_t()>& call)
{
    return (before.stx_mode & (S_ISUID | S_ISGID)) != 0 ? as_caller(asked, call) : perform(call);
}

void RecordServer::record_lost_bits(const Asked& asked, Known& known, int fd, const Seen& before)
{
    Seen now{};
    if ((before.stx_mode & (S_ISUID | S_ISGID)) != 0 && look(fd, "", 0, now) && now.stx_mode != before.stx_mode)
        record_attributes(asked, known, fd, ++sequence_);
}

void RecordServer::record_bytes(const Asked& asked, Known& known, int fd, std::uint64_t begun, std::uint64_t offset,
                                std::uint64_t size)
{
    if (size == 0) return;
    const auto file = reopen_to_read(fd);
    if (!file) return not_recorded(asked, &known, "what was written cannot be read back");
    auto operation = this->operation(asked, Did::write, begun);
    operation.offset = offset;
    operation.size = size;
    operation.bytes = writer_.store_from(file.get(), offset, size);
    const int flags = ::fcntl(fd, F_GETFL);
    operation.synchronous = flags >= 0 && (flags & O_DSYNC) != 0;
    record(asked, std::move(operation), &known);
    renew_shadow(known.id, offset, size);
}

RecordServer::Answer RecordServer::write(const Asked& asked)
{
    const auto fd = descriptor_of(asked, asked.integer(0));
    Seen status{};
    if (!fd || !look(fd.get(), "", 0, status)) return std::nullopt;
    const auto& output = setting_.standard_output;
    const bool to_output = status.stx_ino == output.stx_ino && device_of(status) == device_of(output);
    const bool to_mark = status.stx_ino == mark_ && device_of(status) == mark_device_;
    auto* const known = is_regular(status) ? files_.find(status) : nullptr;
    if (known == nullptr && !to_output && !to_mark) return std::nullopt;
    const int flags = ::fcntl(fd.get(), F_GETFL);
    if ((flags & O_ACCMODE) == O_RDONLY) return std::nullopt;
    const auto pieces = pieces_of(asked);
    if (!pieces) return std::nullopt;
    std::uint64_t total = 0;
    for (const auto& piece : *pieces)
        if (__builtin_add_overflow(total, piece.iov_len, &total) || total > INT_MAX) return std::nullopt;
    auto& line = to_mark ? mark_line_ : output_line_;
    if (!is_regular(status)) return write_to_stream(asked, fd, status, *pieces, total, line);

    const bool in_place = asked.number == SYS_pwrite64 || asked.number == SYS_pwritev ||
                          (asked.number == SYS_pwritev2 && static_cast<std::int64_t>(asked.arguments[3]) != -1);
    const auto place = static_cast<off_t>(asked.arguments[3]);
    if (in_place && place < 0) return std::nullopt;
    const int how = asked.number == SYS_pwritev2 ? asked.integer(5) : 0;
    if (known != nullptr) touch(*known, fd.get());
    const auto begun = begin();
    // Memory for O_DIRECT has to lie as the caller's does.
    const auto start = (flags & O_DIRECT) != 0 && !pieces->empty()
                           ? reinterpret_cast<std::uintptr_t>(pieces->front().iov_base) % page
                           : 0;
    auto* const memory = buffer_.get() + start;
    const auto room = buffer_size - page;
    std::uint64_t done = 0;
    const auto transfer = [&]() -> std::int64_t {
        do {
            const auto got = gather(asked, *pieces, done, memory, room);
            if (got == 0 && total != 0) {
                errno = EFAULT;
                return done != 0 ? static_cast<std::int64_t>(done) : -1;
            }
            const iovec from{memory, got};
            const auto at = in_place ? place + static_cast<off_t>(done) : -1;
            const auto written = ::pwritev2(fd.get(), &from, 1, at, how);
            if (written < 0) return done != 0 ? static_cast<std::int64_t>(done) : -1;
            done += static_cast<std::uint64_t>(written);
            if (static_cast<std::size_t>(written) < got) break;
        } while (done < total);
        return static_cast<std::int64_t>(done);
    };
    Answer result;
    {
        const SizeLimit limit(asked.tid);
        result = perform_on(asked, status, transfer);
        if (result) limit.tell(*result);
    }
    if (!result || *result <= 0) return result;
    if (to_output || to_mark) {
        if (done <= room)
            acknowledge(asked, line, {memory, done});
        else
            not_recorded(asked, nullptr, "a write to the standard output is too long to be put into lines");
    }
    if (known == nullptr) return result;
    const auto before = status;
    const bool appends = ((flags & O_APPEND) != 0 && (how & no_append_flag) == 0) || (how & append_flag) != 0;
    auto offset = static_cast<std::uint64_t>(place);
    if (!in_place)
        offset = static_cast<std::uint64_t>(::lseek(fd.get(), 0, SEEK_CUR)) - done;
    else if (appends && look(fd.get(), "", 0, status))
        offset = status.stx_size - done;
    if (done > room) {
        record_bytes(asked, *known, fd.get(), begun, offset, done);
        record_lost_bits(asked, *known, fd.get(), before);
        return result;
    }
    auto operation = this->operation(asked, Did::write, begun);
    operation.offset = offset;
    operation.size = done;
    operation.bytes = writer_.store({memory, done});
    operation.synchronous = (flags & O_DSYNC) != 0 || (how & (RWF_DSYNC | RWF_SYNC)) != 0;
    record(asked, std::move(operation), known);
    record_lost_bits(asked, *known, fd.get(), before);
    if (const auto* const mapped = find_mapped(known->id))
        if (::pwrite(mapped->shadow.get(), memory, done, static_cast<off_t>(offset)) < 0)
            renew_shadow(known->id, offset, done);
    return result;
}

/// A pipe or terminal may be full, and we do not wait: such a write passes, and is taken to have been made when its
/// thread is heard of again.
RecordServer::Answer RecordServer::write_to_stream(const Asked& asked, const Fd& fd, const Seen& status,
                                                   const std::vector<iovec>& pieces, std::uint64_t total,
                                                   std::string& line)
{
    std::string bytes(std::min<std::uint64_t>(total, buffer_size), '\0');
    bytes.resize(gather(asked, pieces, 0, bytes.data(), bytes.size()));
    pollfd ready{fd.get(), POLLOUT, 0};
    if (S_ISFIFO(status.stx_mode) && bytes.size() <= PIPE_BUF && bytes.size() == total && ::poll(&ready, 1, 0) == 1 &&
        ready.revents == POLLOUT) {
        const auto result = perform([&] { return ::write(fd.get(), bytes.data(), bytes.size()); });
        if (result == static_cast<std::int64_t>(total)) {
            acknowledge(asked, line, bytes);
            return result;
        }
        shared_.in_flight[0].state = InFlight::State::judged; // nothing was written: the kernel says so in its way
        return std::nullopt;
    }
    passed_.push_back({asked.tid, [this, asked = for_later(asked), bytes = std::move(bytes), &line] {
                           acknowledge(asked, line, bytes);
                       }});
    return std::nullopt;
}

RecordServer::Answer RecordServer::allocate(const Asked& asked)
{
    const auto fd = descriptor_of(asked, asked.integer(0));
    Seen status{};
    auto* const known = changed_by(asked, fd, status);
    if (known == nullptr) return std::nullopt;
    touch(*known, fd.get());
    const auto begun = begin();
    const auto offset = static_cast<off_t>(asked.arguments[2]), size = static_cast<off_t>(asked.arguments[3]);
    Answer result;
    {
        const SizeLimit limit(asked.tid);
        result = perform_on(asked, status, [&] { return ::fallocate(fd.get(), asked.integer(1), offset, size); });
        if (result) limit.tell(*result);
    }
    if (!result || *result < 0) return result;
    auto operation = this->operation(asked, Did::allocate, begun);
    operation.offset = asked.arguments[2];
    operation.size = asked.arguments[3];
    operation.flags = static_cast<std::uint32_t>(asked.integer(1));
    record(asked, std::move(operation), known);
    record_lost_bits(asked, *known, fd.get(), status);
    renew_shadow(known->id, 0, UINT64_MAX);
    return result;
}

RecordServer::Answer RecordServer::truncate(const Asked& asked)
{
    Fd fd;
    Seen status{};
    const bool by_path = asked.number == SYS_truncate;
    if (by_path) {
        const auto place = place_of(asked, AT_FDCWD, asked.arguments[0]);
        if (place && !place->path.empty()) fd = Fd(::openat(place->at(), place->path.c_str(), O_PATH | O_CLOEXEC));
    } else {
        fd = descriptor_of(asked, asked.integer(0));
    }
    auto* const known = changed_by(asked, fd, status);
    if (known == nullptr) return std::nullopt;
    touch(*known, fd.get());
    const auto begun = begin();
    const auto size = static_cast<off_t>(asked.arguments[1]);
    const auto call = [&]() -> std::int64_t {
        if (!by_path) return ::ftruncate(fd.get(), size);
        return ::truncate(("/proc/self/fd/" + std::to_string(fd.get())).c_str(), size);
    };
    Answer result;
    {
        const SizeLimit limit(asked.tid);
        result = by_path ? as_caller(asked, call) : perform_on(asked, status, call);
        if (result) limit.tell(*result);
    }
    if (!result || *result != 0) return result;
    auto operation = this->operation(asked, Did::truncate, begun);
    operation.size = asked.arguments[1];
    record(asked, std::move(operation), known);
    record_lost_bits(asked, *known, fd.get(), status);
    if (const auto* const mapped = find_mapped(known->id);
        mapped != nullptr && ::ftruncate(mapped->shadow.get(), size) != 0)
        renew_shadow(known->id, 0, UINT64_MAX);
    return result;
}

} // namespace faultline::door
