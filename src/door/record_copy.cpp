// What the recorder does for the calls that copy between files inside the kernel: what was copied is read back.

#include "door/record_server.hpp"
#include "door/remote.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <linux/fs.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>

namespace faultline::door {

RecordServer::Answer RecordServer::copy(const Asked& asked)
{
    const bool sends = asked.number == SYS_sendfile;
    const auto to = descriptor_of(asked, asked.integer(sends ? 0 : 2));
    Seen status{}, source{};
    auto* const known = changed_by(asked, to, status);
    if (known == nullptr) return std::nullopt;
    const auto from = descriptor_of(asked, asked.integer(sends ? 1 : 0));
    if (!from || !look(from.get(), "", 0, source)) return std::nullopt;
    const auto from_at = asked.arguments[sends ? 2 : 1], to_at = sends ? 0 : asked.arguments[3];
    off_t from_offset = 0, to_offset = 0;
    if ((from_at != 0 && !read_value(asked.tid, from_at, from_offset)) ||
        (to_at != 0 && !read_value(asked.tid, to_at, to_offset)))
        return std::nullopt;
    touch(*known, to.get());
    if (!S_ISREG(source.stx_mode)) return confirm_later(asked, *known, to);
    const auto begun = begin();
    const auto first = from_offset;
    Answer result;
    {
        const SizeLimit limit(asked.tid);
        result = perform_on(asked, status, [&] {
            auto* const from_pointer = from_at != 0 ? &from_offset : nullptr;
            if (sends) return ::sendfile(to.get(), from.get(), from_pointer, asked.arguments[3]);
            return ::copy_file_range(from.get(), from_pointer, to.get(), to_at != 0 ? &to_offset : nullptr,
                                     asked.arguments[4], static_cast<unsigned>(asked.arguments[5]));
        });
        if (result) limit.tell(*result);
    }
    if (!result || *result <= 0) return result;
    if ((from_at != 0 && from_offset != first && !write_memory(asked.tid, from_at, &from_offset, sizeof from_offset)) ||
        (to_at != 0 && !write_memory(asked.tid, to_at, &to_offset, sizeof to_offset)))
        result = -EFAULT;
    const auto end = to_at != 0 ? to_offset : ::lseek(to.get(), 0, SEEK_CUR);
    const auto size = shared_.in_flight[0].result.load();
    record_bytes(asked, *known, to.get(), begun, static_cast<std::uint64_t>(end - size),
                 static_cast<std::uint64_t>(size));
    record_lost_bits(asked, *known, to.get(), status);
    return result;
}

/// Of a call that passes and moves the offset of the file that it writes.
RecordServer::Answer RecordServer::confirm_later(const Asked& asked, Known& known, const Fd& to)
{
    const auto before = ::lseek(to.get(), 0, SEEK_CUR);
    auto kept = std::make_shared<Fd>(::fcntl(to.get(), F_DUPFD_CLOEXEC, 0));
    const auto begun = begin();
    passed_.push_back({asked.tid, [this, asked = for_later(asked), &known, kept, before, begun] {
                           const auto after = ::lseek(kept->get(), 0, SEEK_CUR);
                           if (after > before)
                               record_bytes(asked, known, kept->get(), begun, static_cast<std::uint64_t>(before),
                                            static_cast<std::uint64_t>(after - before));
                       }});
    return std::nullopt;
}

RecordServer::Answer RecordServer::splice(const Asked& asked)
{
    const auto to = descriptor_of(asked, asked.integer(2));
    Seen status{};
    auto* const known = changed_by(asked, to, status);
    if (known == nullptr) return std::nullopt;
    const auto from = descriptor_of(asked, asked.integer(0));
    if (!from) return std::nullopt;
    touch(*known, to.get());
    const auto to_at = asked.arguments[3];
    off_t offset = 0;
    if (asked.arguments[1] != 0 || (to_at != 0 && !read_value(asked.tid, to_at, offset))) return std::nullopt;
    pollfd ready{from.get(), POLLIN, 0};
    if (::poll(&ready, 1, 0) != 1) {
        if (to_at != 0) not_recorded(asked, known, "splice from a pipe that was empty, to a place of its own");
        return confirm_later(asked, *known, to);
    }
    const auto begun = begin();
    const auto result = perform([&] {
        return ::splice(from.get(), nullptr, to.get(), to_at != 0 ? &offset : nullptr, asked.arguments[4],
                        static_cast<unsigned>(asked.arguments[5]) | SPLICE_F_NONBLOCK);
    });
    if (result == -EAGAIN) { // somebody else was faster at the pipe
        shared_.in_flight[0].state = InFlight::State::judged;
        return confirm_later(asked, *known, to);
    }
    if (result <= 0) return result;
    if (to_at != 0 && !write_memory(asked.tid, to_at, &offset, sizeof offset)) return -EFAULT;
    const auto end = to_at != 0 ? offset : ::lseek(to.get(), 0, SEEK_CUR);
    record_bytes(asked, *known, to.get(), begun, static_cast<std::uint64_t>(end - result),
                 static_cast<std::uint64_t>(result));
    return result;
}

RecordServer::Answer RecordServer::clone(const Asked& asked)
{
    const auto to = descriptor_of(asked, asked.integer(0));
    Seen status{}, source{};
    auto* const known = changed_by(asked, to, status);
    if (known == nullptr) return std::nullopt;
    const bool whole = static_cast<std::uint32_t>(asked.arguments[1]) == FICLONE;
    file_clone_range range{};
    if (!whole && !read_value(asked.tid, asked.arguments[2], range)) return std::nullopt;
    const auto from = descriptor_of(asked, whole ? asked.integer(2) : static_cast<int>(range.src_fd));
    if (!from || !look(from.get(), "", 0, source)) return std::nullopt;
    range.src_fd = from.get();
    touch(*known, to.get());
    const auto begun = begin();
    Answer result;
    {
        const SizeLimit limit(asked.tid);
        result = perform_on(asked, status, [&] {
            return whole ? ::ioctl(to.get(), FICLONE, from.get()) : ::ioctl(to.get(), FICLONERANGE, &range);
        });
        if (result) limit.tell(*result);
    }
    if (!result || *result < 0) return result;
    auto size = range.src_length;
    if (size == 0) size = source.stx_size - std::min<std::uint64_t>(source.stx_size, range.src_offset);
    record_bytes(asked, *known, to.get(), begun, range.dest_offset, size);
    record_lost_bits(asked, *known, to.get(), status);
    return result;
}

} // namespace faultline::door
