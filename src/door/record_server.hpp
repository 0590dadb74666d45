// The supervisor of a recording: makes the calls of the tree that change files below the roots, in their place, and
// writes down what came of them. One thread does all of it, so operations have one order, and that is the real one.
#pragma once

#include "door/record_caller.hpp"
#include "door/record_inodes.hpp"
#include "door/record_sites.hpp"
#include "door/recorder.hpp"
#include "door/shared.hpp"

#include <atomic>
#include <cstdlib>
#include <functional>
#include <linux/filter.h>
#include <list>
#include <sys/uio.h>

namespace faultline::door {

/// What the recorder's supervisor and the command tell each other.
struct RecordShared {
    std::atomic<std::uint32_t> ended{0};    // the command has ended, with this
    std::atomic<std::int32_t> status{0};    // … wait status
    std::atomic<std::uint32_t> finished{0}; // the recording is whole, or void; nothing more is written
    std::atomic<std::uint32_t> outlived{0};
    std::atomic<std::uint64_t> outside{0};
    char problem[512]{}; // why nothing was begun
    char outside_paths[8][512]{};
    char warnings[8][256]{};
};

/// The system calls that the recorder is asked about.
[[nodiscard]] std::vector<sock_filter> make_recording_filter();

class RecordServer {
public:
    struct Setting {
        RecordRequest request;
        std::string working_directory;
        Seen directory{};       // of the recording
        Seen standard_output{}; // of the command
    };
    RecordServer(Shared& shared, RecordShared& told, int listener, Setting setting);

    /// Until no process of the tree is left.
    void serve();

private:
    using Answer = std::optional<std::int64_t>; // nothing: the call passes
    using Handler = Answer (RecordServer::*)(const Asked& asked);
    struct Row;
    friend std::vector<sock_filter> make_recording_filter();
    static std::span<const Row> rows();

    /// A file that somebody has mapped to write to it. What was stored there is found by comparison.
    struct Mapped {
        InodeId inode;
        Fd file, shadow; // what the file held when it was last looked at
        pid_t pid, tid;
        std::string thread;
        std::uint32_t site;
        std::pair<std::uint64_t, std::uint64_t> in_maps; // device and inode, as /proc/PID/maps has them
    };
    /// A call that passed, of which the outcome shows when its thread asks again.
    struct Passed {
        pid_t tid;
        std::function<void()> settle;
    };

    void receive();
    Answer judge(Asked& asked);
    void drain_closes();
    void compare_mapped();
    void compare(Mapped& mapped);
    void settle(pid_t tid);
    void finish(bool outlived);
    void give_up(const std::string& problem);
    void warn(const std::string& what);
    void note_outside(const std::string& path);

    // For the handlers.
    std::uint64_t begin();
    Operation operation(const Asked& asked, Did did, std::uint64_t begun) const;
    void record(const Asked& asked, Operation operation, Known* known);
    /// The same call, for what is recorded when its thread may be elsewhere.
    Asked for_later(Asked asked);
    void record_bytes(const Asked& asked, Known& known, int fd, std::uint64_t begun, std::uint64_t offset,
                      std::uint64_t size);
    void record_attributes(const Asked& asked, Known& known, int fd, std::uint64_t begun);
    void not_recorded(const Asked& asked, Known* known, const std::string& why);
    void acknowledge(const Asked& asked, std::string& line, std::string_view bytes);
    void acknowledge_line(const Asked& asked, std::string_view line, bool marked);
    /// Before a regular file is changed through a descriptor of it.
    void touch(Known& known, int fd);
    Known* changed_by(const Asked& asked, const Fd& fd, Seen& status);
    /// Lets something be done with a file whose closes are not to be taken for the program's.
    void unwatched(Known& known, int fd, const std::function<void()>& use);
    /// Makes a call with the caller's rights: nothing where those cannot be had.
    Answer as_caller(const Asked& asked, const std::function<std::int64_t()>& call);
    /// Makes a call that does not need them.
    std::int64_t perform(const std::function<std::int64_t()>& call);
    /// Makes one that changes what a file holds: that takes set-user-ID bits away, unless the caller may keep them.
    Answer perform_on(const Asked& asked, const Seen& before, const std::function<std::int64_t()>& call);
    void record_lost_bits(const Asked& asked, Known& known, int fd, const Seen& before);
    Answer insert(const Asked& asked, Fd fd, bool close_on_exec);
    Mapped* find_mapped(InodeId inode);

    void renew_shadow(InodeId inode, std::uint64_t offset, std::uint64_t size);
    Answer write_to_stream(const Asked& asked, const Fd& fd, const Seen& status, const std::vector<iovec>& pieces,
                           std::uint64_t total, std::string& line);
    Answer confirm_later(const Asked& asked, Known& known, const Fd& to);

    Answer open(const Asked& asked);
    Answer open_existing(const Asked& asked, const std::function<int()>& open, const Fd& found, const Seen& status,
                         std::uint64_t flags);
    Answer open_new(const Asked& asked, const std::function<int()>& open, Known* directory, const std::string& name,
                    std::uint64_t flags);
    Answer rename(const Asked& asked);
    Answer link(const Asked& asked);
    Answer unlink(const Asked& asked);
    Answer make(const Asked& asked);
    Answer bind(const Asked& asked);
    Answer truncate(const Asked& asked);
    Answer change_attributes(const Asked& asked);
    Answer write(const Asked& asked);
    Answer allocate(const Asked& asked);
    Answer copy(const Asked& asked);
    Answer splice(const Asked& asked);
    Answer clone(const Asked& asked);
    Answer sync(const Asked& asked);
    Answer sync_all(const Asked& asked);
    Answer sync_failed(const Asked& asked);
    Answer revert(const Asked& asked, Known& known, int fd);
    Answer map(const Asked& asked);
    Answer sync_mapped(const Asked& asked);
    Answer submit(const Asked& asked);
    Answer make_ring(const Asked& asked);
    Answer change_rights(const Asked& asked);
    Answer execute(const Asked& asked);

    Shared& shared_;
    RecordShared& told_;
    int listener_, closes_ = -1;
    Setting setting_;
    RecordWriter writer_;
    Files files_;
    Callers callers_;
    Rights own_;
    std::uint64_t sequence_ = 0, mark_ = 0, mark_device_ = 0;
    std::string output_line_, mark_line_;
    std::list<Mapped> mapped_;
    std::list<Passed> passed_;
    std::unordered_map<int, InodeId> watches_;
    CallSites sites_;
    static constexpr std::size_t buffer_size = 8 << 20;
    struct Freed {
        void operator()(void* memory) const { std::free(memory); }
    };
    std::unique_ptr<char, Freed> buffer_; // on a page
    std::vector<char> other_buffer_;
    pid_t parent_ = ::getppid(); // the command
    std::uint32_t warned_ = 0;
    bool over_ = false; // everything passes
};

struct RecordServer::Row {
    int number;
    const char* name;
    Handler handler;
    // A question for the kernel's filter, which saves a wait: bits of an argument of which one has to be set, or ...
    int argument = -1;
    std::uint32_t any_of = 0;
    // ... values of it.
    std::vector<std::uint32_t> one_of{};
};

} // namespace faultline::door
