// The calls after which this process is another one, or has one more thread, or is no more: each gets what it needs to
// know of its place in the tree, and what was counted so far is made safe.
#include "engine/select.hpp"
#include "engine/site.hpp"
#include "hook/boot.hpp"
#include "hook/fork_server.hpp"
#include "hook/lineage.hpp"
#include "hook/reach.hpp"
#include "hook/track.hpp"
#include "plan/glob.hpp"
#include "sys/syscalls.hpp"
#include "sys/text.hpp"

#include <cerrno>
#include <pthread.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace faultline::hook {
namespace {

using Environment = char* const*;
using Main = int (*)(int, char**, char**);

constinit Main host_main = nullptr;

// --- threads ---------------------------------------------------------------------------------------------------------

void* begin_thread(void* block)
{
    own_block = static_cast<ledger::Thread*>(block);
    own_block->owner = static_cast<std::uint32_t>(sys::gettid());
    const auto start = reinterpret_cast<void* (*)(void*)>(own_block->start);
    return start(reinterpret_cast<void*>(own_block->argument));
}

/// pthread_create has attributes before the function that the thread runs; thrd_create has none.
Word start_thread(calls::Id row, Word* words)
{
    const bool is_posix = row == calls::id_pthread_create;
    const int function = is_posix ? 2 : 1;
    auto* const block = process.selected ? prepare_thread(next_lineage()) : nullptr;
    if (block != nullptr) {
        block->start = words[function];
        block->argument = words[function + 1];
        words[function] = reinterpret_cast<Word>(&begin_thread);
        words[function + 1] = reinterpret_cast<Word>(block);
    }
    const int status = is_posix ? real<int(Word, Word, Word, Word)>(row)(words[0], words[1], words[2], words[3])
                                : real<int(Word, Word, Word)>(row)(words[0], words[1], words[2]);
    if (status != 0 && block != nullptr) block->owner = 0;
    return static_cast<Word>(static_cast<std::int64_t>(status));
}

// --- other programs --------------------------------------------------------------------------------------------------

std::size_t count_entries(Environment environment) noexcept
{
    std::size_t count = 0;
    while (environment != nullptr && environment[count] != nullptr)
        ++count;
    return count;
}

/// Copies an environment with the heirloom in it, into room for two entries more than it has. One that does not lead to
/// a plan is left as it is.
void inherit(Environment from, char** to, char* heirloom) noexcept
{
    bool leads_to_a_plan = false;
    std::size_t count = 0;
    for (Environment entry = from; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text{*entry};
        if (text.starts_with(lineage_variable)) continue;
        if (text.starts_with("FAULT_CONFIG=")) leads_to_a_plan = true;
        to[count++] = *entry;
    }
    if (leads_to_a_plan) to[count++] = heirloom;
    to[count] = nullptr;
}

/// Notes a program that is about to run without faults. Says whether it is known to be struck; `note` is to be taken back
/// if it does not run.
[[gnu::noinline]] bool reaches(const Program& program, ledger::Unstruck*& note) noexcept
{
    auto* const header = process.selected ? process.header : nullptr; // of the parent, in a child that counted nothing
    if (header == nullptr || (header->trouble.load(std::memory_order_relaxed) & ledger::sealed) != 0) return false;
    Reach reach;
    find_reach(program, reach);
    if (reach.why == ledger::Unreached::reached) return true;
    const auto path = sys::text_within(reach.name, sizeof reach.name);
    if (plan::program_named(*process.plan, path.substr(path.rfind('/') + 1)))
        note = ledger::note_unstruck(*header, reach.why, path);
    return false;
}

/// The program that a call of the exec family names.
Program program_of(calls::Id row, const Word* words, Environment environment) noexcept
{
    Program program{.directory = AT_FDCWD,
                    .path = reinterpret_cast<const char*>(words[0]),
                    .along_path = row == calls::id_execvp || row == calls::id_execvpe,
                    .environment = environment,
                    .search_from = environ};
    if (row == calls::id_fexecve || row == calls::id_execveat) program.directory = static_cast<int>(words[0]);
    if (row == calls::id_fexecve) program.path = "";
    if (row == calls::id_execveat) program.path = reinterpret_cast<const char*>(words[1]);
    return program;
}

Word execute(calls::Id row, Word* words)
{
    const bool takes_environment = row != calls::id_execv && row != calls::id_execvp;
    const int position = row == calls::id_execveat ? 3 : 2;
    const auto given = takes_environment ? reinterpret_cast<Environment>(words[position]) : environ;
    const bool ours = is_us();
    const bool leaves_record = ours && process.selected && !process.record_pending;
    BriefHeirloom brief; // children of vfork may come here at the same time, and share our memory
    const std::span<char> heirloom = leaves_record ? std::span<char>{own_heirloom().text} : std::span<char>{brief.text};
    write_heirloom(heirloom, next_lineage(!ours), ours ? process.pid : 0,
                   leaves_record ? ledger::place().ledger : std::string_view{});
    auto** const environment = static_cast<char**>(__builtin_alloca((count_entries(given) + 2) * sizeof(char*)));
    inherit(given, environment, heirloom.data());

    const auto preload = find_preload(environment);
    auto* const room = static_cast<char*>(__builtin_alloca(preload.room));
    ledger::Unstruck* note = nullptr;
    if (!reaches(program_of(row, words, environment), note)) hide_from_musl(preload, room);
    finish(ledger::State::executed, ledger::unknown_status);
    const auto with = reinterpret_cast<Word>(environment);
    int result = -1;
    if (row == calls::id_execveat)
        result = real<int(Word, Word, Word, Word, Word)>(row)(words[0], words[1], words[2], with, words[4]);
    else if (row == calls::id_execv || row == calls::id_execvp)
        result = real<int(Word, Word, Word)>(row == calls::id_execv ? calls::id_execve
                                                                    : calls::id_execvpe)(words[0], words[1], with);
    else
        result = real<int(Word, Word, Word)>(row)(words[0], words[1], with);
    if (note != nullptr) note->state = 0;
    if (ours && process.selected) ledger::rejoin_reserve(); // it failed: life goes on
    if (leaves_record) {
        ledger::resume(*process.header);
        write_heirloom(own_heirloom().text, process.lineage, 0, {});
    }
    return static_cast<Word>(static_cast<std::int64_t>(result));
}

Word spawn(calls::Id row, Word* words)
{
    const auto lineage = next_lineage();
    if (row == calls::id_posix_spawn || row == calls::id_posix_spawnp) {
        BriefHeirloom heirloom; // the child has its copy before the call returns
        write_heirloom(heirloom.text, lineage, 0, {});
        const auto given = reinterpret_cast<Environment>(words[5]);
        auto** const environment = static_cast<char**>(__builtin_alloca((count_entries(given) + 2) * sizeof(char*)));
        inherit(given, environment, heirloom.text);
        const auto preload = find_preload(environment);
        auto* const room = static_cast<char*>(__builtin_alloca(preload.room));
        ledger::Unstruck* note = nullptr;
        const Program program{.directory = AT_FDCWD,
                              .path = reinterpret_cast<const char*>(words[1]),
                              .along_path = row == calls::id_posix_spawnp,
                              .environment = environment,
                              .search_from = environ};
        if (!reaches(program, note)) hide_from_musl(preload, room);
        const int error = real<int(Word, Word, Word, Word, Word, Word)>(row)(
            words[0], words[1], words[2], words[3], words[4], reinterpret_cast<Word>(environment));
        if (error != 0 && note != nullptr) note->state = 0;
        return static_cast<Word>(static_cast<std::int64_t>(error));
    }
    // Where threads do this at the same time, their children may take each other's place.
    write_heirloom(own_heirloom().text, lineage, 0, {});
    return row == calls::id_system ? static_cast<Word>(static_cast<std::int64_t>(real<int(Word)>(row)(words[0])))
                                   : real<Word(Word, Word)>(row)(words[0], words[1]);
}

// --- the end, and the beginning --------------------------------------------------------------------------------------

Word exit_now(calls::Id row, Word* words)
{
    if (row == calls::id_abort) {
        finish(ledger::State::finished, ledger::by_abort);
        real<void()>(row)();
        return 0;
    }
    // quick_exit still runs handlers, of which ours is the last: it needs to know only the status.
    if (row == calls::id_quick_exit)
        quick_exit_status = static_cast<int>(words[0]);
    else
        finish(ledger::State::finished, static_cast<int>(words[0]) & 0xff);
    real<void(int)>(row)(static_cast<int>(words[0]));
    return 0;
}

int run_main(int argc, char** argv, char** envp)
{
    if (is_fork_server()) {
        serve_forks();
        process.forked_at_main = true; // this is a child
        take_up_plan(argc, argv, environ);
        envp = environ;
        if (!process.selected) return host_main(argc, argv, envp);
    }
    if (process.plan->arm == plan::Arm::main)
        arm();
    else
        wait_to_arm();
    return host_main(argc, argv, envp);
}

Word start_program(calls::Id row, Word* words)
{
    host_main = reinterpret_cast<Main>(words[0]);
    words[0] = reinterpret_cast<Word>(&run_main);
    return static_cast<Word>(real<int(Word, Word, Word, Word, Word, Word, Word)>(row)(
        words[0], words[1], words[2], words[3], words[4], words[5], words[6]));
}

/// Takes note that from now on no system call of ours is safe, or that it is again. The clock is none either: what
/// happens later is dated to this moment.
void set_sealed(bool sealed) noexcept
{
    auto& header = *process.header;
    header.ended_monotonic_ns = sealed ? sys::now(CLOCK_MONOTONIC) : 0;
    if (sealed)
        header.trouble |= ledger::sealed;
    else
        header.trouble &= ~static_cast<std::uint32_t>(ledger::sealed);
    engine::allow_look_ups(!sealed);
}

/// After a filter is in place no system call of ours is safe, so the record is made before it.
Word seal(calls::Id row, Word* words)
{
    const bool by_prctl = row == calls::id_prctl || words[0] == SYS_prctl;
    const Word* const arguments = row == calls::id_prctl ? words : words + 1;
    const bool seals = process.selected && (by_prctl ? static_cast<int>(arguments[0]) == PR_SET_SECCOMP
                                                     : words[0] == SYS_seccomp && arguments[0] <= 1);
    if (seals) {
        static_cast<void>(next_lineage()); // makes the record
        engine::prepare_unwinding();
        set_sealed(true);
    }
    const Word result = row == calls::id_prctl
                            ? static_cast<Word>(static_cast<std::int64_t>(real<int(int, Word, Word, Word, Word)>(row)(
                                  static_cast<int>(words[0]), words[1], words[2], words[3], words[4])))
                            : static_cast<Word>(real<long(Word, Word, Word, Word, Word, Word, Word)>(row)(
                                  words[0], words[1], words[2], words[3], words[4], words[5], words[6]));
    if (seals && static_cast<std::int64_t>(result) < 0) set_sealed(false);
    if (by_prctl && static_cast<int>(arguments[0]) == PR_SET_NAME) engine::thread_renamed();
    return result;
}

} // namespace

constinit std::atomic<int> quick_exit_status{0};

Word door(calls::Id row, Word* words)
{
    using enum calls::Tracks;
    switch (calls::table[row].tracks) {
    case threads:
        return start_thread(row, words);
    case executes:
        return execute(row, words);
    case spawns:
        return spawn(row, words);
    case exits:
        return exit_now(row, words);
    case starts:
        return start_program(row, words);
    default:
        return seal(row, words);
    }
}

} // namespace faultline::hook
