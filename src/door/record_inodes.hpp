// The inodes below the roots, as the recorder knows them. All names below the roots were seen when the run began or
// were made before its eyes, so an inode that is not known here lies elsewhere.
#pragma once

#include "door/fd.hpp"
#include "door/record_writer.hpp"

#include <map>
#include <memory>
#include <sys/stat.h>
#include <unordered_map>

namespace faultline::door {

struct Known {
    InodeId id = InodeId::none;
    std::uint64_t device = 0, number = 0;
    std::int64_t born_ns = 0;
    std::uint32_t type = 0; // S_IFMT
    bool existed = false;
    bool kept = false;         // what it held before is recorded
    bool watched = false;      // for the last close of what could write
    bool not_recorded = false; // that was said already
    Name at;                   // the last that it got
};

using Seen = struct statx;

/// False: nothing there. An empty name: the descriptor itself.
[[nodiscard]] bool look(int directory, const char* name, int flags, Seen& status);
/// Of what a descriptor refers to; it may be one of O_PATH.
[[nodiscard]] Attributes attributes_of(int fd, const Seen& status);

class Files {
public:
    explicit Files(RecordWriter& writer) : writer_(writer) {}

    /// Records what lies below a root; `left_out` is a directory that counts as elsewhere.
    void scan_root(const std::string& path, const Seen& left_out);
    [[nodiscard]] Known* find(const Seen& status);
    [[nodiscard]] Known* find(InodeId id);
    /// An inode that is new to us. Its attributes are recorded as those of before where it existed.
    Known& add(int fd, const Seen& status, bool existed, Name at);
    /// … and all below it, moved here from elsewhere.
    Known& adopt(int fd, const Seen& status, Name at);
    /// Records what an inode holds, unless that was done or the run made it. To be called before it is changed.
    void keep(Known& known, int fd);
    [[nodiscard]] std::string path_of(InodeId id) const;

private:
    void scan(int fd, InodeId directory);

    RecordWriter& writer_;
    std::map<std::pair<std::uint64_t, std::uint64_t>, InodeId> by_number_;
    std::vector<std::unique_ptr<Known>> known_{1};
    std::map<InodeId, std::string> roots_;
    std::uint64_t left_out_device_ = 0, left_out_number_ = 0;
};

[[nodiscard]] std::uint64_t device_of(const Seen& status);

/// A descriptor to read from what another one refers to.
[[nodiscard]] Fd reopen_to_read(int fd);

} // namespace faultline::door
