// Files that are mapped to be written: what is stored there passes no system call. What a file held when it was last
// looked at is kept beside it (the shadow); before each recorded operation they are compared, page by page.

#include "door/mappings.hpp"
#include "door/record_server.hpp"
#include "door/remote.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>

namespace faultline::door {
namespace {

constexpr std::size_t window = 256 << 10;

using InMaps = std::pair<std::uint64_t, std::uint64_t>;

std::optional<Mapping> mapping_at(const std::string& process, std::uint64_t address)
{
    for (auto& each : mappings_of(process))
        if (each.holds(address)) return std::move(each);
    return std::nullopt;
}

InMaps in_maps(const Mapping& mapping) { return {mapping.device, mapping.inode}; }

/// What stands in /proc/PID/maps for a file: of btrfs it is another device than stat tells.
InMaps name_in_maps(int fd)
{
    void* const memory = ::mmap(nullptr, page, PROT_READ, MAP_PRIVATE, fd, 0);
    if (memory == MAP_FAILED) return {};
    const auto found = mapping_at("self", reinterpret_cast<std::uintptr_t>(memory));
    ::munmap(memory, page);
    return found ? in_maps(*found) : InMaps{};
}

} // namespace

RecordServer::Mapped* RecordServer::find_mapped(InodeId inode)
{
    const auto found = std::ranges::find(mapped_, inode, &Mapped::inode);
    return found == mapped_.end() ? nullptr : &*found;
}

RecordServer::Answer RecordServer::map(const Asked& asked)
{
    if ((asked.arguments[3] & MAP_ANONYMOUS) != 0) return std::nullopt;
    const auto fd = descriptor_of(asked, asked.integer(4));
    Seen status{};
    auto* const known = changed_by(asked, fd, status);
    // A mapping to read of what may be written can be made one to write.
    if (known == nullptr || (::fcntl(fd.get(), F_GETFL) & O_ACCMODE) != O_RDWR) return std::nullopt;
    touch(*known, fd.get());
    if (find_mapped(known->id) != nullptr) return std::nullopt;
    Mapped mapped{known->id,
                  reopen_to_read(fd.get()),
                  Fd(::open(setting_.request.directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)),
                  asked.pid,
                  asked.tid,
                  asked.thread,
                  sites_.of(asked, writer_),
                  {}};
    if (!mapped.shadow) { // the file system knows no files without names
        const auto name = setting_.request.directory + "/shadow";
        mapped.shadow = Fd(::open(name.c_str(), O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0600));
        ::unlink(name.c_str());
    }
    if (!mapped.file || !mapped.shadow) {
        not_recorded(asked, known, "it was mapped, and cannot be compared with what it held");
        return std::nullopt;
    }
    mapped.in_maps = name_in_maps(mapped.file.get());
    mapped_.push_back(std::move(mapped));
    renew_shadow(known->id, 0, UINT64_MAX);
    return std::nullopt;
}

void RecordServer::renew_shadow(InodeId inode, std::uint64_t offset, std::uint64_t size)
{
    auto* const mapped = find_mapped(inode);
    Seen status{};
    if (mapped == nullptr || !look(mapped->file.get(), "", 0, status)) return;
    const auto end = size > status.stx_size || offset + size > status.stx_size ? status.stx_size : offset + size;
    if (::ftruncate(mapped->shadow.get(), static_cast<off_t>(status.stx_size)) != 0)
        throw std::runtime_error(fmt::format("{}: {}", setting_.request.directory, std::strerror(errno)));
    for (auto at = offset; at < end;) {
        auto data = ::lseek(mapped->file.get(), static_cast<off_t>(at), SEEK_DATA); // a file may be all holes, and huge
        if (data < 0 && errno == ENXIO) break;
        if (data > static_cast<off_t>(at) && size == UINT64_MAX) at = static_cast<std::uint64_t>(data);
        const auto part = std::min<std::uint64_t>(window, end - at);
        const auto got = ::pread(mapped->file.get(), other_buffer_.data(), part, static_cast<off_t>(at));
        if (got <= 0) break;
        if (::pwrite(mapped->shadow.get(), other_buffer_.data(), static_cast<std::size_t>(got),
                     static_cast<off_t>(at)) != got)
            throw std::runtime_error(fmt::format("{}: {}", setting_.request.directory, std::strerror(errno)));
        at += static_cast<std::uint64_t>(got);
    }
}

void RecordServer::compare_mapped()
{
    for (auto& mapped : mapped_)
        compare(mapped);
}

void RecordServer::compare(Mapped& mapped)
{
    auto* const known = files_.find(mapped.inode);
    Seen status{};
    if (known == nullptr || !look(mapped.file.get(), "", 0, status)) return;
    Asked storing;
    storing.pid = mapped.pid;
    storing.tid = mapped.tid;
    storing.thread = mapped.thread;
    storing.name = "mmap";
    storing.site = mapped.site;
    auto* const now = other_buffer_.data();
    auto* const before = now + window;
    for (std::uint64_t at = 0; at < status.stx_size;) {
        const auto data = ::lseek(mapped.file.get(), static_cast<off_t>(at), SEEK_DATA);
        if (data < 0 && errno == ENXIO) break;
        if (data > 0) at = std::max(at, static_cast<std::uint64_t>(data) / page * page);
        const auto size = ::pread(mapped.file.get(), now, window, static_cast<off_t>(at));
        if (size <= 0) break;
        const auto old = ::pread(mapped.shadow.get(), before, static_cast<std::size_t>(size), static_cast<off_t>(at));
        if (old < size)
            std::memset(before + std::max<ssize_t>(old, 0), 0,
                        static_cast<std::size_t>(size - std::max<ssize_t>(old, 0)));
        for (std::size_t from = 0; from < static_cast<std::size_t>(size); from += page) {
            const auto part = std::min(page, static_cast<std::size_t>(size) - from);
            if (std::memcmp(now + from, before + from, part) == 0) continue;
            auto operation = this->operation(storing, Did::write, ++sequence_);
            operation.offset = at + from;
            operation.size = part;
            operation.bytes = writer_.store({now + from, part});
            record(storing, std::move(operation), known);
            if (::pwrite(mapped.shadow.get(), now + from, part, static_cast<off_t>(at + from)) !=
                static_cast<ssize_t>(part))
                throw std::runtime_error(fmt::format("{}: {}", setting_.request.directory, std::strerror(errno)));
        }
        at += static_cast<std::uint64_t>(size);
    }
}

RecordServer::Answer RecordServer::sync_mapped(const Asked& asked)
{
    if ((asked.arguments[2] & MS_SYNC) == 0 || mapped_.empty()) return std::nullopt;
    const auto there = mapping_at(std::to_string(asked.pid), asked.arguments[0]);
    if (!there || asked.arguments[1] > there->last - asked.arguments[0] || asked.arguments[0] % page != 0)
        return std::nullopt;
    const auto mapped = std::ranges::find(mapped_, in_maps(*there), &Mapped::in_maps);
    if (mapped == mapped_.end()) return std::nullopt;
    auto* const known = files_.find(mapped->inode);
    const auto begun = begin();
    const auto result = perform([&] { return ::fdatasync(mapped->file.get()); });
    if (result == 0) record(asked, operation(asked, Did::sync_data, begun), known);
    return result;
}

} // namespace faultline::door
