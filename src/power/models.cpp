#include "power/models.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace faultline::power {

using door::Did, door::InodeId, door::Operation;

namespace {

/// Goes through a run once, as the file system would, and notes what needs what.
class Maker {
public:
    Maker(const Rules& rules, const door::Recording& recording, const MicroOperations& micros)
        : rules_(rules), recording_(recording), micros_(micros)
    {
        out_.rules = &rules;
        out_.needs.resize(micros.all.size());
        out_.guaranteed.assign(micros.all.size(), never);
        out_.undone.assign(micros.all.size(), never);
        floats_.assign(micros.all.size(), false);
        given_up_.assign(micros.all.size(), false);
        for (const auto& inode : recording.inodes)
            files_.push_back(before(inode));
    }

    Model make()
    {
        for (std::uint32_t i = 0; i < micros_.operations(); ++i) {
            const auto& operation = recording_.operations[i];
            if (rules_.journal) flush_before(operation);
            const bool in_place = ends_in_block(i);
            for (auto m = micros_.first[i]; m < micros_.first[i + 1]; ++m)
                order(m, in_place);
            note(i, operation);
            close_guarantees(i);
        }
        return std::move(out_);
    }

private:
    struct File {
        std::set<std::uint64_t> blocks; // pages that have one on disk
        std::vector<std::uint32_t> unsynced;
        bool cut_to_nothing = false; // since its last close: auto_da_alloc flushes at the next
        std::uint32_t last_size = never, last_explicit = never, last_attributes = never;
        std::map<std::uint64_t, std::uint32_t> last_data;             // by page
        std::map<std::uint64_t, std::vector<std::uint32_t>> given_up; // by page: what a sync failed to write
        std::vector<std::uint32_t> sizes_given_up;
    };
    struct Journal {
        std::uint32_t last = never;
        std::vector<std::uint32_t> all, before_next; // what has to be there before the next one
        std::size_t committed = 0;
    };

    static File before(const door::Inode& inode)
    {
        File file;
        if (!inode.existed || !inode.content_kept) return file; // what is not kept is not written to
        for (const auto& [offset, bytes] : inode.content)
            for (auto page = offset / page_size; page * page_size < offset + bytes.size; ++page)
                file.blocks.insert(page);
        return file;
    }

    File& file(InodeId inode) { return files_.at(static_cast<std::size_t>(inode)); }
    void need(std::uint32_t micro, std::uint32_t other)
    {
        if (other != never) out_.needs[micro].push_back(other);
    }
    void need(std::uint32_t micro, const std::vector<std::uint32_t>& others)
    {
        out_.needs[micro].insert(out_.needs[micro].end(), others.begin(), others.end());
    }

    /// Whether a write ends in a block that the file has: then its size is metadata of its own, and not tied to data.
    /// The end of the whole write decides, for pages are written in folios.
    bool ends_in_block(std::uint32_t i)
    {
        const auto& operation = recording_.operations[i];
        if (operation.did != Did::write || operation.bytes.size == 0) return false;
        return file(operation.inode).blocks.contains((operation.offset + operation.bytes.size - 1) / page_size);
    }

    void order(std::uint32_t m, bool in_place)
    {
        if (rules_.total_order) {
            if (m != 0) need(m, m - 1);
            out_.guaranteed[m] = micros_.all[m].operation;
            return;
        }
        const auto& micro = micros_.all[m];
        if (recording_.operations[micro.operation].did == Did::reverted) return put_back(m, micro);
        switch (micro.kind) {
        case Kind::data:
            return order_data(m, micro);
        case Kind::size:
            return order_size(m, micro, in_place);
        case Kind::attributes:
            need(m, std::exchange(file(micro.inode).last_attributes, m));
            file(micro.inode).unsynced.push_back(m);
            return metadata(m, micro);
        case Kind::entries:
            for (const auto& change : micro.changes) {
                const auto [at, fresh] =
                    last_entry_.try_emplace({change.at.directory, std::string_view(change.at.name)}, never);
                need(m, std::exchange(at->second, m));
            }
            return metadata(m, micro);
        }
    }

    void order_data(std::uint32_t m, const Micro& micro)
    {
        auto& to = file(micro.inode);
        write_anew(to);
        to.unsynced.push_back(m);
        const auto [at, fresh] = to.last_data.try_emplace(micro.page(), never);
        need(m, std::exchange(at->second, m));
        if (micro.makes_hole()) return metadata(m, micro);
        if (rules_.journal && !to.blocks.contains(micro.page())) {
            floats_[m] = true; // its block is given when it is written back, in a transaction of then
            need(m, journals_[micro.device].last);
        }
    }

    /// What the disk has anyway: it needs nothing, and covers what of the writes before it may have come there. Nor does a later
    /// sync bring the size that they gave the file, unless the file is written to once more.
    void put_back(std::uint32_t m, const Micro& micro)
    {
        auto& to = file(micro.inode);
        out_.guaranteed[m] = micro.operation;
        to.last_data.erase(micro.page());
        for (const auto undone : std::exchange(to.given_up[micro.page()], {}))
            out_.undone[undone] = micro.operation;
        std::erase_if(to.unsynced, [&](std::uint32_t other) {
            given_up_[other] = micros_.all[other].kind == Kind::size && micros_.all[other].by_write;
            if (given_up_[other]) to.sizes_given_up.push_back(other);
            return given_up_[other];
        });
    }

    void write_anew(File& to)
    {
        for (const auto size : std::exchange(to.sizes_given_up, {})) {
            given_up_[size] = false;
            to.unsynced.push_back(size);
        }
    }

    void order_size(std::uint32_t m, const Micro& micro, bool in_place)
    {
        auto& to = file(micro.inode);
        to.unsynced.push_back(m);
        const bool metadata_alone = !micro.by_write || (rules_.journal && in_place);
        // A size that is set replaces one that waits for its data, and does not wait for that data.
        need(m, metadata_alone && rules_.size_after_data ? to.last_explicit : to.last_size);
        if (!micro.by_write || metadata_alone) to.last_explicit = m;
        to.last_size = m;
        if (micro.size < micro.before) {
            to.blocks.erase(to.blocks.lower_bound((micro.size + page_size - 1) / page_size), to.blocks.end());
            to.cut_to_nothing |= micro.size == 0;
        }
        if (metadata_alone) return metadata(m, micro);
        // Where this page has a block and the write ends in one without, the size is journalled by itself if the pages
        // were written one by one, and waits with the rest if they are one folio: both may be.
        const auto page = (micro.size - 1) / page_size;
        const bool may_be_alone = rules_.journal && to.blocks.contains(page);
        if (rules_.size_after_data && !rules_.data_on_its_way && !may_be_alone) need(m, to.last_data.at(page));
        if (rules_.journal) {
            floats_[m] = true;
            need(m, journals_[micro.device].last);
        }
    }

    void metadata(std::uint32_t m, const Micro& micro)
    {
        if (rules_.metadata_at_return) guarantee(m, micro.operation);
        if (!rules_.journal) return;
        auto& journal = journals_[micro.device];
        need(m, journal.last);
        need(m, std::exchange(journal.before_next, {}));
        journal.last = m;
        journal.all.push_back(m);
    }

    void flush_before(const Operation& operation)
    {
        if (!rules_.flush_on_replace || operation.inode == InodeId::none) return;
        auto& source = file(operation.inode);
        if (operation.did == Did::truncate && operation.size == 0) source.cut_to_nothing = true;
        const bool replaces = operation.did == Did::rename && operation.replaced != InodeId::none;
        const bool closes = operation.did == Did::release && std::exchange(source.cut_to_nothing, false);
        if (!replaces && !closes) return;
        auto& before = journals_[operation.device].before_next;
        for (const auto m : source.unsynced) {
            if (!floats_[m]) continue;
            const bool data = micros_.all[m].kind == Kind::data;
            if (!data || !rules_.data_on_its_way) before.push_back(m);
            if (data) source.blocks.insert(micros_.all[m].page());
        }
    }

    /// A sync covers what had returned when it was called.
    [[nodiscard]] bool covers(const Operation& sync, std::uint32_t micro) const
    {
        return recording_.operations[micros_.all[micro].operation].end < sync.begin;
    }

    void note(std::uint32_t i, const Operation& operation)
    {
        if (rules_.total_order) return;
        if (operation.synchronous)
            for (auto m = micros_.first[i]; m < micros_.first[i + 1]; ++m)
                guarantee(m, i);
        switch (operation.did) {
        case Did::sync:
            return sync_one(i, operation, false);
        case Did::sync_data:
            return sync_one(i, operation, operation.size != 0);
        case Did::sync_system:
            return sync_all(i, operation);
        case Did::sync_failed:
            return fail_sync(operation);
        default:
            if (operation.synchronous && operation.did == Did::write && rules_.journal)
                commit(i, operation, i, [&](std::uint32_t m) { return micros_.all[m].operation <= i; });
            return;
        }
    }

    void guarantee(std::uint32_t m, std::uint32_t i)
    {
        if (out_.guaranteed[m] <= i) return;
        out_.guaranteed[m] = i;
        changed_.insert(m);
    }

    void settle(std::uint32_t m)
    {
        if (micros_.all[m].kind == Kind::data && !micros_.all[m].makes_hole())
            file(micros_.all[m].inode).blocks.insert(micros_.all[m].page());
    }

    void sync_one(std::uint32_t i, const Operation& operation, bool range)
    {
        if (operation.inode == InodeId::none) return;
        const auto end = operation.offset + operation.size;
        const auto inside = [&](const Micro& micro) {
            if (!range || micro.kind == Kind::attributes) return !range;
            if (micro.kind == Kind::size) return micro.size <= end;
            return micro.offset < end && micro.offset + micro.length > operation.offset;
        };
        const auto reaches = [&](std::uint32_t m) { return covers(operation, m); };
        if (rules_.journal) commit(i, operation, i, reaches);
        std::erase_if(file(operation.inode).unsynced, [&](std::uint32_t m) {
            if (!reaches(m) || !inside(micros_.all[m])) return false;
            guarantee(m, i);
            return true;
        });
        // The entries of a directory; fdatasync of it is an fsync.
        if (rules_.journal || rules_.metadata_at_return) return;
        for (std::uint32_t m = 0; m < micros_.first[i]; ++m)
            if (micros_.all[m].kind == Kind::entries && touches(micros_.all[m], operation.inode, false) && reaches(m))
                guarantee(m, i);
    }

    /// The data is taken for written, and no later sync writes it, unless its page is written to once more. Names and
    /// sizes are the journal's: a size no longer waits for data that does not come.
    void fail_sync(const Operation& operation)
    {
        if (operation.inode == InodeId::none) return;
        auto& unsynced = file(operation.inode).unsynced;
        std::set<std::uint32_t> given_up;
        std::erase_if(unsynced, [&](std::uint32_t m) {
            const bool gone = micros_.all[m].kind == Kind::data && !micros_.all[m].makes_hole() && covers(operation, m);
            if (gone) given_up.insert(m);
            return gone;
        });
        for (const auto m : given_up) {
            given_up_[m] = true;
            file(operation.inode).given_up[micros_.all[m].page()].push_back(m);
        }
        for (const auto m : unsynced)
            if (micros_.all[m].kind == Kind::size)
                std::erase_if(out_.needs[m], [&](std::uint32_t other) { return given_up.contains(other); });
    }

    void sync_all(std::uint32_t i, const Operation& operation)
    {
        for (std::uint32_t m = 0; m < micros_.first[i]; ++m)
            if (!given_up_[m] && (operation.device == 0 || micros_.all[m].device == operation.device) &&
                covers(operation, m))
                guarantee(m, i);
        for (auto& file : files_)
            std::erase_if(file.unsynced, [&](std::uint32_t m) { return out_.guaranteed[m] <= i; });
    }

    static bool touches(const Micro& micro, InodeId inode, bool also_as_target)
    {
        return std::ranges::any_of(micro.changes, [&](const Change& change) {
            return change.at.directory == inode || (also_as_target && change.inode == inode);
        });
    }

    /// A sync of a file that has something to commit commits the transaction: all metadata before it.
    template <class Reaches>
    void commit(std::uint32_t i, const Operation& operation, std::uint32_t upto, const Reaches& reaches)
    {
        auto& journal = journals_[operation.device];
        const auto waits = [&](std::uint32_t m) {
            return (out_.guaranteed[m] > i || micros_.all[m].operation == upto) && reaches(m);
        };
        const auto& unsynced = file(operation.inode).unsynced;
        const bool has_own = std::ranges::any_of(
            unsynced, [&](std::uint32_t m) { return waits(m) && (floats_[m] || (micros_.all[m].kind == Kind::size)); });
        const bool has_entries =
            has_own || std::ranges::any_of(
                           journal.all.begin() + static_cast<std::ptrdiff_t>(journal.committed), journal.all.end(),
                           [&](std::uint32_t m) { return waits(m) && touches(micros_.all[m], operation.inode, true); });
        if (!has_entries) return;
        for (auto at = journal.committed; at < journal.all.size(); ++at) {
            if (!reaches(journal.all[at])) continue;
            guarantee(journal.all[at], i);
            if (at == journal.committed) ++journal.committed;
        }
    }

    /// What is needed by something that is guaranteed is guaranteed.
    void close_guarantees(std::uint32_t i)
    {
        while (!changed_.empty()) {
            const auto last = std::prev(changed_.end());
            const auto m = *last;
            changed_.erase(last);
            settle(m);
            for (const auto other : out_.needs[m])
                guarantee(other, i);
        }
    }

    const Rules& rules_;
    const door::Recording& recording_;
    const MicroOperations& micros_;
    Model out_;
    std::vector<File> files_;
    std::map<std::uint64_t, Journal> journals_; // by device
    std::map<std::pair<InodeId, std::string_view>, std::uint32_t> last_entry_;
    std::vector<bool> floats_, given_up_; // by a sync that failed
    std::set<std::uint32_t> changed_;
};

} // namespace

const Rules* model_named(std::string_view name)
{
    const auto* const found = std::ranges::find(models, name, &Rules::name);
    return found == models.end() ? nullptr : found;
}

Model model(const Rules& rules, const door::Recording& recording, const MicroOperations& micros)
{
    return Maker(rules, recording, micros).make();
}

} // namespace faultline::power
