// A process keeps no descriptor open for its ledger, because hosts close and reuse what they did not open. Growing
// therefore opens the file again by its path, and does so in a way that any number of threads may do at once: giving
// disk space to a range that has it changes nothing. So there is no lock that a fork or a signal could leave behind.
#include "ledger/ledger.hpp"

#include "ledger/render.hpp"
#include "ledger/reserve.hpp"
#include "ledger/storage.hpp"
#include "sys/syscalls.hpp"
#include "sys/text.hpp"

#include <cerrno>
#include <sys/stat.h>

namespace faultline::ledger {
namespace {

constinit std::atomic<std::uint32_t> next_look{0};
constinit std::atomic<bool> finishing{false};
[[gnu::section(".bss.late")]] constinit char render_buffer[8192];

bool in_file(int fd) noexcept
{
    struct stat status;
    return sys::call(SYS_fstat, fd, sys::address(&status)) == 0 && status.st_ino == storage.inode;
}

bool grow(Header& header, std::uint64_t from, std::uint64_t to) noexcept
{
    if (storage.kept != Kept::in_file) return storage.kept == Kept::in_memory;
    if ((header.trouble.load(std::memory_order_relaxed) & sealed) != 0) return false;
    const int fd = sys::open(place().ledger.data(), O_RDWR | O_NOFOLLOW);
    if (fd < 0) return false;
    const bool grown = in_file(fd) && to <= sys::file_size_limit() && sys::allocate(fd, from, to - from) == 0;
    sys::close(fd);
    return grown;
}

} // namespace

Thread& claim_thread(Header& header, std::uint32_t tid) noexcept
{
    const auto claimed = header.threads_claimed.load(std::memory_order_acquire);
    const bool may_ask = (header.trouble.load(std::memory_order_relaxed) & sealed) == 0;
    // Looking at a few places each time keeps the table about as large as the number of living threads.
    constexpr std::uint32_t looks = 4;
    for (std::uint32_t look = 0; may_ask && look < looks && claimed > 1; ++look) {
        auto& block = header.thread(1 + next_look.fetch_add(1, std::memory_order_relaxed) % (claimed - 1));
        auto owner = block.owner.load(std::memory_order_acquire);
        const bool over =
            owner == 0 ||
            (owner != unborn && (owner == tid || sys::signal_thread(header.pid, static_cast<int>(owner), 0) == -ESRCH));
        if (over && block.owner.compare_exchange_strong(owner, tid, std::memory_order_acq_rel)) return block;
    }
    for (auto next = claimed; next < header.thread_limit;) {
        const auto end = (next + 1) * header.thread_stride;
        auto backed = storage.threads_backed.load(std::memory_order_acquire);
        while (backed < end) {
            if (!grow(header, header.threads_offset + backed, header.threads_offset + backed + chunk)) break;
            if (storage.threads_backed.compare_exchange_strong(backed, backed + chunk, std::memory_order_acq_rel))
                backed += chunk;
        }
        if (backed < end) break;
        std::uint32_t free = 0;
        auto& block = header.thread(next);
        const bool mine = block.owner.compare_exchange_strong(free, tid, std::memory_order_acq_rel);
        auto expected = next;
        header.threads_claimed.compare_exchange_strong(expected, next + 1, std::memory_order_acq_rel);
        if (mine) return block;
        ++next;
    }
    header.trouble.fetch_or(threads_shared_block, std::memory_order_relaxed);
    return header.thread(0);
}

namespace {

/// Makes sure that a slot of a region of `bytes`-sized ones, which begins at `offset`, has disk space.
bool back(Header& header, std::atomic<std::uint64_t>& slots, std::uint64_t slot, std::uint64_t offset,
          std::uint64_t bytes) noexcept
{
    const auto step = chunk / bytes;
    auto backed = slots.load(std::memory_order_acquire);
    while (backed <= slot) {
        const auto from = offset + backed * bytes;
        if (!grow(header, from, from + chunk)) return false;
        if (slots.compare_exchange_strong(backed, backed + step, std::memory_order_acq_rel)) backed += step;
    }
    return true;
}

} // namespace

Event* claim_event(Header& header) noexcept
{
    const auto slot = header.events_claimed.fetch_add(1, std::memory_order_relaxed);
    if (slot >= header.event_limit) return nullptr;
    if (back(header, header.events_backed, slot, header.events_offset, sizeof(Event))) return &header.event(slot);
    header.events_lost.fetch_add(1, std::memory_order_relaxed);
    header.trouble.fetch_or(events_lost_no_space, std::memory_order_relaxed);
    return nullptr;
}

TraceSite* claim_trace(Header& header) noexcept
{
    const auto slot = header.traces_claimed.fetch_add(1, std::memory_order_relaxed);
    if (slot < trace_limit && back(header, header.traces_backed, slot, header.trace_site_at(0), sizeof(TraceSite)))
        return &header.trace_site(slot);
    header.trouble.fetch_or(trace_lost, std::memory_order_relaxed);
    return nullptr;
}

Unstruck* note_unstruck(Header& header, Unreached why, std::string_view program) noexcept
{
    constexpr auto room = sizeof(Unstruck{}.program.bytes);
    if (program.size() > room) program.remove_prefix(program.size() - room);
    for (auto& each : header.unstruck) {
        auto state = each.state.load(std::memory_order_acquire);
        if (state == 2 && each.why == why && each.program.view() == program) return nullptr;
        if (state != 0 || !each.state.compare_exchange_strong(state, 1, std::memory_order_acq_rel)) continue;
        each.why = why;
        each.program.assign(program);
        each.state.store(2, std::memory_order_release);
        return &each;
    }
    header.trouble.fetch_or(unstruck_unnamed, std::memory_order_relaxed);
    return nullptr;
}

namespace {

/// What becomes of a record when its process image ends.
enum class Fate : std::uint8_t { written, left, removed };

Fate fate_of(const Header& header, State state) noexcept
{
    if (!header.is_empty()) return Fate::written;
    if (storage.kept != Kept::in_file) return Fate::removed;
    struct stat run;
    const bool awaited =
        !place().run.empty() && // a daemon may outlive its run
        sys::call(SYS_newfstatat, AT_FDCWD, sys::address(place().run.data()), sys::address(&run), 0) == 0;
    // `faultline run` counts it and removes it, but only where it is its own user's.
    if (awaited) return static_cast<long>(run.st_uid) == sys::call(SYS_geteuid) ? Fate::left : Fate::written;
    return state == State::executed ? Fate::left : Fate::removed; // the next image removes it
}

} // namespace

void finish(Header& header, State state, std::int32_t status, bool keep_ledger) noexcept
{
    header.exit_status.store(status, std::memory_order_relaxed);
    if ((header.trouble.load() & sealed) != 0) return;
    header.ended_monotonic_ns.store(sys::now(CLOCK_MONOTONIC), std::memory_order_relaxed);
    if (header.plan().leaves_ledger && storage.kept == Kept::in_file) {
        header.open_descriptors.store(sys::count_descriptors(), std::memory_order_relaxed);
        header.state.store(state);
        return;
    }

    if (place().for_command &&
        storage.kept == Kept::in_file) { // by its name: nothing is to be written, renamed and removed
        header.state.store(state);
        return;
    }

    const auto fate = fate_of(header, state);
    // Under `faultline run` a slot is the command's to read: a path may mean another place to us by now.
    const bool is_commands = storage.kept == Kept::in_reserve && (!place().run.empty() || state == State::executed);
    if (fate == Fate::left || place().none || is_commands) {
        header.state.store(state);
        return;
    }
    if (fate == Fate::removed) {
        header.state.store(state);
        if (storage.kept == Kept::in_file) sys::unlink(place().ledger.data());
        if (storage.kept == Kept::in_reserve) give_slot_back(header);
        return;
    }

    const auto mask = sys::block_signals(); // a handler that ends the process would wait for itself
    for (int patience = 2000; finishing.exchange(true) && patience > 0; --patience)
        sys::sleep_until(sys::now(CLOCK_MONOTONIC) + 1'000'000, false);

    [[gnu::section(".bss.late")]] static constinit char temporary[path_room + 16];
    sys::Writer{temporary} << place().json << ".tmp";
    constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
    int fd = is_special(place().json.data()) ? -ENXIO : sys::open(temporary, flags, 0600);
    if (fd == -EEXIST && sys::unlink(temporary) == 0) fd = sys::open(temporary, flags, 0600);
    if (fd >= 0) {
        struct Target {
            int fd;
            std::uint64_t written, limit;
        } target{fd, 0, sys::file_size_limit()};
        const auto write_all = [](void* context, const char* bytes, std::size_t count) noexcept {
            auto& to = *static_cast<Target*>(context);
            if (to.written + count > to.limit) return false;
            to.written += count;
            while (count > 0) {
                const long written = sys::write(to.fd, bytes, count);
                if (written == -EINTR) continue;
                if (written <= 0) return false;
                bytes += written;
                count -= static_cast<std::size_t>(written);
            }
            return true;
        };
        const auto before = header.state.exchange(state);
        const bool rendered = render(header, {write_all, &target}, render_buffer);
        sys::close(fd);
        if (rendered && sys::rename(temporary, place().json.data()) == 0) {
            if (storage.kept == Kept::in_file && !keep_ledger) sys::unlink(place().ledger.data());
            if (storage.kept == Kept::in_reserve) give_slot_back(header);
        } else {
            header.state.store(before);
            sys::unlink(temporary);
        }
    }
    finishing.store(false);
    sys::restore_signals(mask);
}

void resume(Header& header) noexcept
{
    if ((header.trouble.load() & sealed) != 0) return;
    header.ended_monotonic_ns.store(0, std::memory_order_relaxed);
    if (header.state.exchange(State::running) != State::running && storage.kept == Kept::in_file)
        sys::unlink(place().json.data());
}

} // namespace faultline::ledger
