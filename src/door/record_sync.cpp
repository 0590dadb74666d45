// What the recorder does for the calls that bring files to the disk, and for those that do their work where it cannot see.

#include "door/record_server.hpp"
#include "door/remote.hpp"
#include "sys/failed_sync.hpp"

#include <algorithm>
#include <linux/aio_abi.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace faultline::door {

RecordServer::Answer RecordServer::sync(const Asked& asked)
{
    const auto fd = descriptor_of(asked, asked.integer(0));
    Seen status{};
    auto* const known = fd && look(fd.get(), "", 0, status) ? files_.find(status) : nullptr;
    if (known == nullptr) return std::nullopt;
    const bool data = asked.number == SYS_fdatasync;
    const auto begun = begin();
    const auto result = perform([&] { return data ? ::fdatasync(fd.get()) : ::fsync(fd.get()); });
    if (result == 0) record(asked, operation(asked, data ? Did::sync_data : Did::sync, begun), known);
    return result;
}

RecordServer::Answer RecordServer::sync_all(const Asked& asked)
{
    const bool one = asked.number == SYS_syncfs;
    const auto fd = one ? descriptor_of(asked, asked.integer(0)) : Fd();
    Seen status{};
    if (one && (!fd || !look(fd.get(), "", 0, status))) return std::nullopt;
    const auto begun = begin();
    const auto result = perform([&] { return one ? ::syncfs(fd.get()) : (::sync(), 0); });
    if (result != 0) return result;
    auto operation = this->operation(asked, Did::sync_system, begun);
    operation.device = one ? device_of(status) : 0;
    record(asked, std::move(operation), nullptr);
    return result;
}

RecordServer::Answer RecordServer::sync_failed(const Asked& asked)
{
    const bool reverts = asked.arguments[1] == static_cast<std::uint64_t>(sys::reverted_sync_offset);
    if (!reverts && asked.arguments[1] != static_cast<std::uint64_t>(sys::failed_sync_offset)) return std::nullopt;
    const auto fd = descriptor_of(asked, asked.integer(0));
    Seen status{};
    auto* const known = fd && look(fd.get(), "", 0, status) ? files_.find(status) : nullptr;
    if (known == nullptr) return std::nullopt;
    if (reverts) return revert(asked, *known, fd.get());
    record(asked, operation(asked, Did::sync_failed, begin()), known);
    return std::nullopt;
}

RecordServer::Answer RecordServer::submit(const Asked& asked)
{
    const auto count = std::min<std::uint64_t>(asked.arguments[1], 1024);
    std::vector<std::uint64_t> blocks(count);
    if (!read_memory(asked.tid, asked.arguments[2], blocks.data(), count * sizeof(std::uint64_t))) return std::nullopt;
    for (const auto at : blocks) {
        iocb block{};
        if (!read_value(asked.tid, at, block)) continue;
        if (block.aio_lio_opcode != IOCB_CMD_PWRITE && block.aio_lio_opcode != IOCB_CMD_PWRITEV) continue;
        const auto fd = descriptor_of(asked, static_cast<int>(block.aio_fildes));
        Seen status{};
        if (auto* const known = changed_by(asked, fd, status)) {
            touch(*known, fd.get());
            not_recorded(asked, known, "it was written by asynchronous I/O (io_submit)");
        }
    }
    return std::nullopt;
}

RecordServer::Answer RecordServer::make_ring(const Asked& asked)
{
    not_recorded(asked, nullptr, std::string(asked.name) + " was called: what is done by it is not seen");
    return std::nullopt;
}

} // namespace faultline::door
