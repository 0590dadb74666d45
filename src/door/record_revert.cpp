// A sync has failed, and what the program wrote since the last one is to be gone, from the file and not only from the disk
// (plans: after_failure = "revert"). The recording has all that the file ever held, so what was synced is made of that.

#include "door/record_server.hpp"
#include "door/remote.hpp"
#include "sys/failed_sync.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/falloc.h>

namespace faultline::door {
namespace {

/// The pages of a file that hold something which was not synced, and what they held before that. Sizes that were set and
/// holes that were made are no data: they stay.
class Reverted {
public:
    Reverted(const Recording& recording, const Inode& file) : recording_(recording), file_(file)
    {
        for (std::size_t i = 0; i < recording_.operations.size(); ++i)
            find_unsynced(i);
        for (const auto& [offset, bytes] : file_.content)
            put(never, offset, bytes.size, recording_.data(bytes).data());
        for (std::size_t i = 0; i < recording_.operations.size(); ++i)
            repeat(i);
    }

    /// By offset, those that follow each other as one, and nothing behind `size`.
    [[nodiscard]] std::map<std::uint64_t, std::string> runs(std::uint64_t size) const
    {
        std::map<std::uint64_t, std::string> runs;
        for (const auto& [number, held] : pages_) {
            const auto offset = number * page;
            if (offset >= size) break;
            const auto bytes = std::string_view(held.bytes).substr(0, size - offset);
            if (runs.empty() || runs.rbegin()->first + runs.rbegin()->second.size() != offset)
                runs.emplace(offset, bytes);
            else
                runs.rbegin()->second += bytes;
        }
        return runs;
    }
    /// Ranges were cut out of the file or put into it, and where its pages came to lie is not followed.
    [[nodiscard]] bool moved() const { return moved_; }

private:
    struct Page {
        std::vector<std::size_t> undone; // writes
        std::string bytes = std::string(page, '\0');
    };
    static constexpr std::size_t never = ~std::size_t{0};

    void find_unsynced(std::size_t i)
    {
        const auto& done = recording_.operations[i];
        if (done.did == Did::sync_system && (done.device == 0 || done.device == file_.device)) pages_.clear();
        if (done.inode != file_.id) return;
        if (done.did == Did::sync || done.did == Did::sync_data) pages_.clear();
        if ((done.did != Did::write && done.did != Did::reverted) || done.bytes.size == 0) return;
        for (auto number = done.offset / page; number * page < done.offset + done.bytes.size; ++number) {
            if (done.synchronous || done.did == Did::reverted)
                pages_.erase(number); // it is on the disk as a whole
            else
                pages_[number].undone.push_back(i);
        }
    }

    void repeat(std::size_t i)
    {
        const auto& done = recording_.operations[i];
        if (done.inode != file_.id) return;
        if (done.did == Did::write || done.did == Did::reverted)
            put(i, done.offset, done.bytes.size, recording_.data(done.bytes).data());
        if (done.did == Did::truncate) put(i, done.size, UINT64_MAX - done.size, nullptr);
        if (done.did != Did::allocate) return;
        if ((done.flags & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE)) != 0) put(i, done.offset, done.size, nullptr);
        moved_ |= (done.flags & (FALLOC_FL_COLLAPSE_RANGE | FALLOC_FL_INSERT_RANGE)) != 0;
    }

    /// Without bytes: NULs.
    void put(std::size_t i, std::uint64_t offset, std::uint64_t size, const char* bytes)
    {
        const auto end = offset + size;
        for (auto at = pages_.lower_bound(offset / page); at != pages_.end() && at->first * page < end; ++at) {
            auto& held = at->second;
            if (std::ranges::binary_search(held.undone, i)) continue;
            const auto begin = at->first * page;
            const auto from = std::max(offset, begin), to = std::min(end, begin + page);
            if (bytes == nullptr)
                std::memset(&held.bytes[from - begin], 0, to - from);
            else
                std::memcpy(&held.bytes[from - begin], bytes + (from - offset), to - from);
        }
    }

    const Recording& recording_;
    const Inode& file_;
    std::map<std::uint64_t, Page> pages_;
    bool moved_ = false;
};

} // namespace

RecordServer::Answer RecordServer::revert(const Asked& asked, Known& known, int fd)
{
    if (known.not_recorded) return std::nullopt;
    const auto begun = begin();
    if (known.type != S_IFREG) { // it has no data
        record(asked, operation(asked, Did::sync_failed, begun), &known);
        return sys::file_is_reverted;
    }
    writer_.flush();
    const auto recording = Recording::read_so_far(setting_.request.directory);
    const Reverted reverted(recording, recording.inodes.at(static_cast<std::size_t>(known.id)));
    if (reverted.moved()) return std::nullopt;
    Answer answer;
    unwatched(known, fd, [&] {
        // By a descriptor of our own: the program's may be one to append by, or to read.
        const Fd file(::open(fmt::format("/proc/self/fd/{}", fd).c_str(), O_WRONLY | O_CLOEXEC));
        Seen status{};
        if (!file || !look(file.get(), "", 0, status)) return;
        record(asked, operation(asked, Did::sync_failed, begun), &known);
        answer = perform([&]() -> std::int64_t {
            for (const auto& [offset, bytes] : reverted.runs(status.stx_size)) {
                for (std::size_t done = 0; done < bytes.size();) {
                    const auto written =
                        ::pwrite(file.get(), &bytes[done], bytes.size() - done, static_cast<off_t>(offset + done));
                    if (written <= 0)
                        throw std::runtime_error(fmt::format("{}: {} (what was synced cannot be put back)",
                                                             files_.path_of(known.id), std::strerror(errno)));
                    done += static_cast<std::size_t>(written);
                }
                auto operation = this->operation(asked, Did::reverted, ++sequence_);
                operation.call = "revert";
                operation.offset = offset;
                operation.size = bytes.size();
                operation.bytes = writer_.store(bytes);
                record(asked, std::move(operation), &known);
                renew_shadow(known.id, offset, bytes.size());
            }
            return sys::file_is_reverted;
        });
    });
    return answer;
}

} // namespace faultline::door
