// Makes and grows the ledger of this process, and turns it into the statistics file at the end. Runs inside the host.
#pragma once

#include "ledger/layout.hpp"
#include "ledger/place.hpp"
#include "plan/block_file.hpp"

#include <span>
#include <string_view>

namespace faultline::ledger {

/// A program's arguments, kept apart from its own memory: programs write over their argv, and forked children have
/// records of their own later.
struct Arguments {
    std::uint32_t count = 0;
    std::uint32_t bytes = 0;
    bool cut = false;                  // there were more
    char text[sizeof(Header::argv)]{}; // each with its NUL

    void keep(int argc, char* const* argv) noexcept;
};

/// Who this process image is; all of it is copied.
struct Identity {
    std::string_view program;
    std::string_view lineage;
    std::uint64_t seed = 0;
    bool image_by_exec = false; // an earlier image of this pid left a record of its own
    const Arguments& arguments;
    const plan::TomlFile& toml; // what the plan was compiled from
    int pid = 0;                // not the caller's where that is a vfork child, which makes the record of its parent
    int ppid = 0;
};

/// Why the statistics cannot be written where they should be.
struct Problem {
    const char* reason = nullptr; // nullptr: they can
    const char* file = nullptr;
};

/// Makes the ledger, copies the plan into it, and tells `faultline run` of it. Where the file cannot be written it says
/// so in `problem` and uses the directory of `faultline run`, or the reserve, or else memory that is lost with the
/// process, which it notes in `parent`, the record of the process that forked this one, if any. Returns nullptr only
/// without memory; then the parent's record is as it was. At boot, and in a forked child while it has one thread.
[[nodiscard]] Header* create(const plan::Plan& plan, const Identity& identity, Header* parent,
                             Problem& problem) noexcept;

/// Whether this process's ledger is a file, which also holds the plan for others (plan/block_file.hpp). After create().
[[nodiscard]] bool is_in_file() noexcept;

/// Gives the bytes [from, to) of a new file space on the disk by writing zeros. On file systems that allocate late this
/// is cheaper than fallocate, and a short-lived process's ledger never reaches the disk at all. 0, or -errno. Any time.
long fill(int fd, std::uint64_t from, std::uint64_t to) noexcept;

/// Takes a thread block for `tid`: that of a thread that has ended, a new one, or the shared one of last resort.
/// After boot, in a signal handler too.
[[nodiscard]] Thread& claim_thread(Header& header, std::uint32_t tid) noexcept;

/// Takes an event slot; nullptr where the limit is reached or the disk has no room, which the header counts. Any time.
[[nodiscard]] Event* claim_event(Header& header) noexcept;

/// Notes a program that runs without faults. Returns its entry, to take the note back with, where there was none yet.
/// Any time; also for the record of a parent.
Unstruck* note_unstruck(Header& header, Unreached why, std::string_view program) noexcept;

/// Takes a slot for a site of the trace; nullptr where there is none left. Only under a plan that traces. Any time.
[[nodiscard]] TraceSite* claim_trace(Header& header) noexcept;

/// Writes the statistics file, whole, and removes the ledger unless `keep_ledger`. May be called again: the later file
/// replaces the earlier one. A record that is empty becomes no file: its ledger is removed, or left for `faultline run`,
/// which counts the process, to remove. Without system calls to spare (sealed) it leaves the ledger as the record. In a signal
/// handler too.
void finish(Header& header, State state, std::int32_t status, bool keep_ledger) noexcept;

/// Takes finish() back, for an exec that has failed: the ledger, which was kept, is the record again. Any time.
void resume(Header& header) noexcept;

/// Removes the ledger of an image of this process that was replaced and has written its statistics file. Boot only.
void remove_replaced(const char* path) noexcept;

} // namespace faultline::ledger
