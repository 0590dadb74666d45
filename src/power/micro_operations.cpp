#include "power/micro_operations.hpp"

#include <algorithm>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/falloc.h>

namespace faultline::power {

using door::Did, door::InodeId, door::Operation;

namespace {

class Cutter {
public:
    Cutter(const door::Recording& recording, const Cutting& cutting) : recording_(recording), cutting_(cutting)
    {
        sizes_.reserve(recording.inodes.size());
        for (const auto& inode : recording.inodes)
            sizes_.push_back(inode.existed ? inode.size : 0);
    }

    MicroOperations cut()
    {
        for (const auto& operation : recording_.operations) {
            out_.first.push_back(static_cast<std::uint32_t>(out_.all.size()));
            take(operation);
            ++index_;
        }
        out_.first.push_back(static_cast<std::uint32_t>(out_.all.size()));
        return std::move(out_);
    }

private:
    void take(const Operation& operation)
    {
        switch (operation.did) {
        case Did::reverted:
        case Did::write:
            return write(operation, operation.offset, recording_.data(operation.bytes));
        case Did::truncate:
            return resize(operation, operation.size, false);
        case Did::allocate:
            return allocate(operation);
        case Did::create:
        case Did::link:
            if (operation.to.directory == InodeId::none) return; // O_TMPFILE: no name yet
            return entries(operation, {{operation.to, operation.inode}});
        case Did::unlink:
            return entries(operation, {{operation.from, InodeId::none}});
        case Did::rename:
            return rename(operation);
        case Did::exchange:
            return entries(operation, {{operation.to, operation.inode}, {operation.from, operation.replaced}});
        case Did::attributes: {
            auto& micro = add(operation, Kind::attributes);
            micro.attributes = &operation.attributes;
            return;
        }
        case Did::not_recorded:
            out_.untellable.push_back(fmt::format("{}: {}", operation.path.empty() ? "all files" : operation.path,
                                                  recording_.data(operation.bytes)));
            return;
        case Did::sync:
        case Did::sync_data:
        case Did::sync_system:
        case Did::sync_failed:
        case Did::release:
        case Did::acknowledge:
        case Did::end:
            return;
        }
    }

    Micro& add(const Operation& operation, Kind kind)
    {
        auto& micro = out_.all.emplace_back();
        micro.kind = kind;
        micro.operation = index_;
        micro.inode = operation.inode;
        micro.device = operation.device;
        return micro;
    }

    std::uint64_t& size_of(const Operation& operation) { return sizes_.at(static_cast<std::size_t>(operation.inode)); }

    void write(const Operation& operation, std::uint64_t offset, std::string_view bytes)
    {
        while (!bytes.empty()) {
            const auto length = std::min<std::uint64_t>(page_size - offset % page_size, bytes.size());
            auto& micro = add(operation, Kind::data);
            micro.offset = offset;
            micro.length = length;
            micro.before = size_of(operation);
            micro.bytes = bytes.substr(0, length);
            offset += length;
            bytes.remove_prefix(length);
            if (offset > size_of(operation)) resize(operation, offset, true);
        }
    }

    void resize(const Operation& operation, std::uint64_t size, bool by_write)
    {
        auto& now = size_of(operation);
        // Setting the size that a file has sets it on the disk too, where writes that made it so still wait.
        if (size == now && (by_write || size == 0)) return;
        auto& micro = add(operation, Kind::size);
        micro.size = size;
        micro.before = now;
        micro.by_write = by_write;
        now = size;
    }

    void allocate(const Operation& operation)
    {
        const auto end = operation.offset + operation.size;
        if ((operation.flags & (FALLOC_FL_COLLAPSE_RANGE | FALLOC_FL_INSERT_RANGE)) != 0) {
            out_.untellable.push_back(fmt::format("{}: ranges were cut out of it or put into it (fallocate), and no "
                                                  "model says what a cut makes of that",
                                                  operation.path));
            return;
        }
        if ((operation.flags & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE)) != 0) {
            const auto stop = std::min(end, size_of(operation));
            for (auto at = operation.offset; at < stop;) {
                const auto length = std::min(page_size - at % page_size, stop - at);
                auto& micro = add(operation, Kind::data);
                micro.offset = at;
                micro.length = length;
                at += length;
            }
        }
        if ((operation.flags & FALLOC_FL_KEEP_SIZE) == 0 && end > size_of(operation)) resize(operation, end, false);
    }

    void entries(const Operation& operation, std::vector<Change> changes)
    {
        add(operation, Kind::entries).changes = std::move(changes);
    }

    void rename(const Operation& operation)
    {
        const Change added{operation.to, operation.inode};
        const Change removed{operation.from, InodeId::none};
        const bool came = operation.from.directory == InodeId::none;
        const bool went = operation.to.directory == InodeId::none;
        if (came || went) return entries(operation, {came ? added : removed});
        if (!cutting_.split_rename) return entries(operation, {added, removed});
        entries(operation, {added});
        entries(operation, {removed});
    }

    const door::Recording& recording_;
    const Cutting& cutting_;
    MicroOperations out_;
    std::vector<std::uint64_t> sizes_;
    std::uint32_t index_ = 0;
};

} // namespace

MicroOperations cut(const door::Recording& recording, const Cutting& cutting)
{
    return Cutter(recording, cutting).cut();
}

} // namespace faultline::power
