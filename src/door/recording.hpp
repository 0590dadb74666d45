// A recording of what a tree of processes did to files: every operation that returned, with its data, its order, and both
// of its ends in time. From one of them all disks can be made that a power cut at any moment could have left.
//
// A recording is a directory:
//
//   log    a header, then one record for each operation, in the order in which they ended (layout: docs/recording.md)
//   data   bytes that records point at: what was written, what files held before, names
//   before the files that existed before, as they were when they were first touched, are in `data` too: see Inode
//
// An inode has a number of its own here, given at its first sight: st_ino is used again by file systems.
#pragma once

#include "report/stack.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace faultline::door {

enum class InodeId : std::uint32_t { none = 0 };

/// A piece of `data`.
struct Bytes {
    std::uint64_t at = 0, size = 0;
};

/// One thing that was done. Operations that failed are not recorded: they changed nothing.
enum class Did : std::uint8_t {
    write,    // inode, offset, bytes; also through mappings, copy_file_range, sendfile, splice, reflinks
    truncate, // inode, size: ftruncate, truncate, O_TRUNC
    allocate, // inode, offset, size, and whether the file's size changed (flags: FALLOC_FL_*)
    create,   // to, inode: open(O_CREAT) of a file that was not there, mknod, mkdir, symlink (bytes: its target).
              // O_TMPFILE: to.directory is none, and a link may follow
    link,     // to, inode
    unlink,   // from, inode: a name less; rmdir too
    rename,   // from, to, inode; replaced: what `to` was before. from.directory is none: it came from outside the roots
    exchange, // from, to; inode and replaced change places
    attributes,   // inode: what the inode's mode, owner, times and extended attributes are from now on
    sync,         // inode: fsync; of a directory: its entries
    sync_data,    // inode: fdatasync, msync(MS_SYNC), and (with offset and size) O_DSYNC's range
    sync_system,  // device: syncfs; all devices: sync
    release,      // inode: the last descriptor of an open file description that could write was closed
    acknowledge,  // bytes: a line of standard output, or what `faultline mark` said (call: mark)
    end,          // bytes empty; value: wait status of the command
    not_recorded, // inode; bytes: why (io_uring, a mapping that could not be compared): no verdict on this file;
                  // inode is none: on none
    sync_failed,  // inode: a sync failed, and what it should have written is taken for written
    reverted,     // inode, offset, bytes: after a sync that failed the file holds this again, as the disk does
};

struct Name {
    InodeId directory = InodeId::none;
    std::string name; // one component; any byte but '/' and NUL
};

struct Attributes {
    std::uint32_t mode = 0; // permissions and file type, as st_mode
    std::uint32_t owner = 0, group = 0;
    std::int64_t modified_ns = 0;
    std::vector<std::pair<std::string, std::string>> extended; // name, value; sorted by name
    bool operator==(const Attributes&) const = default;
};

struct Operation {
    Did did = Did::write;
    /// Both from one counter for the whole tree. A sync covers what ended before it began.
    std::uint64_t begin = 0, end = 0;
    std::int32_t pid = 0, tid = 0;
    std::string thread;     // "2.1": the second process that did anything, its first thread that did
    std::uint32_t site = 0; // where it was called from, of Recording::sites; 0: that is not known
    std::string call;       // name of the system call, for people
    InodeId inode = InodeId::none, replaced = InodeId::none;
    std::uint64_t device = 0; // st_dev: one journal each
    Name from, to;
    std::uint64_t offset = 0, size = 0;
    std::uint32_t flags = 0;
    Bytes bytes;
    Attributes attributes; // of create and attributes
    std::int64_t value = 0;
    bool synchronous = false; // O_SYNC, O_DSYNC, RWF_SYNC, RWF_DSYNC: on disk when it returned
    std::string path;         // as a person would name the file, at that moment
};

/// A file, directory or other thing as it was before the run touched it; what the run made has `existed` false. What was
/// moved or linked to below the roots from outside existed too, and has no entry.
struct Inode {
    InodeId id = InodeId::none;
    bool existed = false;
    std::uint64_t device = 0, number = 0; // st_dev, st_ino
    Attributes attributes;
    std::uint64_t size = 0;
    /// What a regular file held, in pieces (holes are left out), or a link's target. Only of files that the run changed.
    std::vector<std::pair<std::uint64_t, Bytes>> content;
    bool content_kept = false;
};

/// An entry as it was before the run: of all directories below the roots.
struct Entry {
    Name at;
    InodeId inode = InodeId::none;
};

struct Root {
    std::string path; // absolute
    InodeId inode = InodeId::none;
};

/// All of it, read back. `data` stays in its file.
class Recording {
public:
    /// Reads and checks a recording. Throws std::runtime_error with the place, the cause and the cure.
    static Recording read(const std::string& directory);
    /// The same of one that is still being made.
    static Recording read_so_far(const std::string& directory);

    std::vector<Root> roots;
    std::vector<Inode> inodes; // by id: inodes[0] is no inode
    std::vector<Entry> entries;
    std::vector<Operation> operations; // by end
    /// Stacks of calls, innermost first, as far as they lie in files. sites[0] is empty.
    std::vector<std::vector<report::Address>> sites{1};
    std::vector<std::string> command;
    std::string working_directory;

    /// Valid for as long as the recording, or a copy of it, is.
    [[nodiscard]] std::string_view data(Bytes bytes) const;
    /// Makes a text the data, for a recording that is made in memory.
    void hold(std::string text)
    {
        const auto held = std::make_shared<const std::string>(std::move(text));
        data_ = std::shared_ptr<const char>(held, held->data());
        data_size_ = held->size();
    }

private:
    static Recording read(const std::string& directory, bool to_its_end);

    std::shared_ptr<const char> data_; // the file, mapped
    std::uint64_t data_size_ = 0;
};

} // namespace faultline::door
