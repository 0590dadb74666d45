// Who calls: each task of the tree, with its place in it ("0.2.1", the path of fork, exec and thread ordinals from the
// first process, as hook/lineage.hpp has it), so that draws and numbers repeat from run to run.
//
// The kernel tells a task's number and nothing of where it came from. So the calls that make tasks are notified too: one
// task has at most one such call under way, and the new task is the one that the kernel names in that call's parent_tid
// word, or the new child in /proc/PID/task/TID/children. It is known at the latest at its creator's next notified call.
#pragma once

#include "door/images.hpp"
#include "door/remote.hpp"
#include "door/system_calls.hpp"

#include <map>
#include <memory>
#include <string>
#include <sys/types.h>
#include <vector>

namespace faultline::door {

struct Process;

struct Task {
    pid_t tid = 0;
    Process* process = nullptr;
    std::string lineage;
    std::uint64_t children = 0;      // ordinal of the last fork, exec or thread that began here
    ledger::Thread* block = nullptr; // of the process's image, once it has counted
    // Whose block and ordinals serve: a child of vfork goes by its parent's, a thread of unknown origin (Go moves its
    // work between threads as it likes) by the main one's.
    pid_t stands_for = 0;

    /// A clone that has not been seen to return.
    struct Making {
        bool thread = false, shares_memory = false;
        std::uint64_t parent_tid_at = 0; // 0: the kernel was not asked to tell
        std::string lineage;             // empty: of vfork, whose child takes an ordinal when it executes something
    };
    std::unique_ptr<Making> making;
};

struct Process {
    pid_t pid = 0, parent = 0;
    engine::Subject subject{}; // with the pidfd, which is closed with the process
    std::string lineage;
    std::unique_ptr<Image> image; // made when something is counted
    bool left_out = false;        // by `programs`
    bool shares_memory = false;   // a child of vfork that has executed nothing yet
    bool begun_by_exec = false;
    bool over = false;                              // exit_group was called, or it is dead
    std::uint64_t loader_first = 0, loader_end = 0; // the dynamic loader's code; what it calls no preload sees
    std::unique_ptr<Origins> origins;               // of the image's calls, once it was asked where one comes from

    /// An exec that has not been seen to succeed.
    struct Executing {
        pid_t tid = 0;
        std::string lineage;
        int memory = -1; // /proc/TID/mem of before: dead once another image runs
        std::uint64_t mapped = 0;
    };
    std::unique_ptr<Executing> executing;

    ~Process();
};

class Tasks {
public:
    explicit Tasks(Images& images) : images_(images) {}

    /// The first process, whose next exec begins the run.
    void begin(pid_t pid);
    [[nodiscard]] bool armed() const { return armed_ns_ != 0; }
    void arm();
    [[nodiscard]] std::int64_t armed_ns() const { return armed_ns_; }
    [[nodiscard]] bool program_runs() const { return program_runs_; }

    /// The task that makes a call; settles what it, or its process, had under way. nullptr: none of the tree's.
    [[nodiscard]] Task* caller(pid_t tid);
    /// Takes note of a call that is about to pass: it may make, replace or end tasks, or end descriptors.
    void note(Task& task, const Told& told);
    void ended(pid_t process);

    /// The image and the thread's block, made where there is none yet; false where `programs` leaves the process out.
    [[nodiscard]] bool record_of(Task& task, Image*& image, ledger::Thread*& block);
    [[nodiscard]] Process* process(pid_t pid);
    /// Processes that began since the last time, to watch for their end.
    [[nodiscard]] std::vector<pid_t> take_new();
    [[nodiscard]] std::size_t living() const { return processes_.size(); }

private:
    Task& add(pid_t tid, Process& process, std::string lineage);
    Process& add_process(pid_t pid, pid_t parent, std::string lineage);
    Task* attribute(pid_t tid);
    void settle(Task& creator);
    void settle_exec(Process& process, pid_t caller);
    void become(Process& process);
    Task& ledger_task(Task& task);
    std::string next_lineage(Task& task);
    Task& bind(Task& creator, pid_t tid, pid_t process);
    void drop(pid_t tid);

    Images& images_;
    std::map<pid_t, std::unique_ptr<Process>> processes_;
    std::map<pid_t, std::unique_ptr<Task>> tasks_;
    std::vector<pid_t> new_;
    std::uint64_t strangers_ = 0;
    std::int64_t armed_ns_ = 0;
    pid_t first_ = 0;
    bool program_runs_ = false;
};

} // namespace faultline::door
