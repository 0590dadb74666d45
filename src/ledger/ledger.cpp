// A process keeps no descriptor open for its ledger, because hosts close and reuse what they did not open. Growing
// therefore opens the file again by its path, and does so in a way that any number of threads may do at once: giving
// disk space to a range that has it, and mapping a range over itself, change nothing. So there is no lock that a fork
// or a signal could leave behind.
#include "ledger/ledger.hpp"

#include "ledger/render.hpp"
#include "ledger/reserve.hpp"
#include "sys/syscalls.hpp"
#include "sys/text.hpp"

#include <cerrno>
#include <iterator>
#include <sys/stat.h>

namespace faultline::ledger {
namespace {

constexpr std::uint64_t chunk = 16 * 1024;
constexpr std::uint32_t most_threads = 4096;
constexpr std::uint64_t second = 1'000'000'000;

constinit Header* header_at = nullptr; // also in children: their ledger takes the same addresses
constinit std::uint64_t reserved_bytes = 0;
enum class Kept : std::uint8_t { in_file, in_reserve, in_memory };
constinit Kept kept = Kept::in_memory;
constinit std::uint64_t inode = 0; // of the ledger's file, lest we write into another one put in its place
constinit std::atomic<std::uint64_t> threads_backed{0}; // bytes of the thread region that are mapped
constinit std::atomic<std::uint32_t> next_look{0};
constinit std::atomic<bool> finishing{false};
constinit char render_buffer[8192];

bool in_file(int fd) noexcept
{
    struct stat status;
    return sys::call(SYS_fstat, fd, sys::address(&status)) == 0 && status.st_ino == inode;
}

bool map_in_place(int fd, std::uint64_t from, std::uint64_t to) noexcept
{
    return sys::map(reinterpret_cast<char*>(header_at) + from, to - from, PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_FIXED, fd, from) != nullptr;
}

bool grow(Header& header, std::uint64_t from, std::uint64_t to) noexcept
{
    if (kept != Kept::in_file) return kept == Kept::in_memory;
    if ((header.trouble.load(std::memory_order_relaxed) & sealed) != 0) return false;
    const int fd = sys::open(place().ledger, O_RDWR | O_NOFOLLOW);
    if (fd < 0) return false;
    const bool grown = in_file(fd) && to <= sys::file_size_limit() && sys::allocate(fd, from, to - from) == 0 &&
                       map_in_place(fd, from, to);
    sys::close(fd);
    return grown;
}

/// The header of the ledger at a path, in room of our own that the next call takes again; nullptr where there is none.
const Header* peek(const char* path) noexcept
{
    const int fd = sys::open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK); // somebody's pipe must not make us wait
    if (fd < 0) return nullptr;
    alignas(Header) static constinit char bytes[sizeof(Header)];
    const bool whole = sys::read(fd, bytes, sizeof bytes) == static_cast<long>(sizeof bytes);
    sys::close(fd);
    const auto* const header = reinterpret_cast<const Header*>(bytes);
    return whole && header->magic_number == magic ? header : nullptr;
}

/// Whether the ledger at our path belongs to another process that is alive.
bool owned_by_another() noexcept
{
    const auto* const other = peek(place().ledger);
    return other != nullptr && other->state == State::running && other->pid != sys::getpid() &&
           sys::process_exists(other->pid);
}

const char* reason(long error) noexcept
{
    switch (-error) {
    case EACCES:
    case EPERM:
        return "permission denied";
    case EROFS:
        return "the file system is read-only";
    case ENOENT:
        return "no such directory";
    case ENOTDIR:
        return "a part of the path is not a directory";
    case ENOSPC:
    case EDQUOT:
        return "no space left on the device";
    case EFBIG:
        return "the file size limit (ulimit -f) is too low";
    case EISDIR:
        return "it is a directory";
    case ENXIO:
        return "it is a device, pipe or socket";
    case ELOOP:
        return "it is a symbolic link";
    case ENOMEM:
        return "there is no memory for it";
    case EMFILE:
    case ENFILE:
        return "no descriptor is free";
    case EOPNOTSUPP:
        return "the file system cannot reserve space";
    case EEXIST:
        return "another process keeps its record there";
    default:
        return "the system refused";
    }
}

/// A fresh file at place().ledger, or -errno. Never follows a link, never takes a file that a living process uses.
int create_file() noexcept
{
    if (place().none || is_special(place().json)) return -ENXIO;
    constexpr int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW;
    int fd = sys::open(place().ledger, flags, 0600);
    if (fd == -EEXIST && !owned_by_another() && sys::unlink(place().ledger) == 0)
        fd = sys::open(place().ledger, flags, 0600);
    return fd;
}

/// Tells `faultline run`, if there is one, that this image exists and where its record is.
bool announce(const Identity& identity) noexcept
{
    const auto& where = place();
    if (where.run[0] == '\0') return true;
    static constinit char line[sizeof where.json * 2 + 256];
    sys::Writer path{line};
    path << std::string_view{where.run} << "/images";
    const int fd = sys::open(line, O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) return false;
    sys::Writer text{line};
    text << static_cast<std::uint64_t>(identity.pid) << '\t' << identity.lineage << '\t'
         << std::string_view{where.ledger} << '\t' << std::string_view{where.json} << '\n';
    const auto length = text.view().size();
    const bool told = sys::write_within_limit(fd, line, length) == static_cast<long>(length);
    sys::close(fd);
    return told;
}

/// Keeps addresses for the whole of a ledger. Children lay their own over their parent's, so that no pointer into it
/// ever dangles.
bool keep_addresses(std::uint64_t bytes) noexcept
{
    void* const base = sys::map(header_at, header_at == nullptr ? bytes : reserved_bytes, PROT_NONE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | (header_at == nullptr ? 0 : MAP_FIXED));
    if (base == nullptr) return false;
    header_at = static_cast<Header*>(base);
    reserved_bytes = bytes;
    return true;
}

/// Whether the process may still map anything: not once RLIMIT_AS was lowered below what it has.
bool may_map() noexcept
{
    void* const probe = sys::map(nullptr, page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE);
    if (probe != nullptr) sys::unmap(probe, page);
    return probe != nullptr;
}

/// Makes the file of this process, and maps it. While that may still fail the parent's record stays where it is.
bool map_file(const Identity& identity, std::uint64_t fixed, const Header& sizes, long& error) noexcept
{
    error = create_file();
    if (error < 0) return false;
    const int fd = static_cast<int>(error);
    struct stat status;
    sys::call(SYS_fstat, fd, sys::address(&status));
    inode = status.st_ino;
    const auto threads_end = fixed + chunk;
    const auto events_end = sizes.events_offset + chunk;
    const auto trace_end = sizes.trace_offset + trace_modules_bytes + chunk;
    const bool traces = sizes.trace_offset != 0;
    error = (traces ? trace_end : events_end) > sys::file_size_limit() ? -EFBIG : fill(fd, 0, threads_end);
    if (error == 0) error = fill(fd, sizes.events_offset, events_end);
    if (error == 0 && traces) error = fill(fd, sizes.trace_offset, trace_end);
    if (error == 0 && !may_map()) error = -ENOMEM;
    // A record that the command does not find is none, so it lies better in the reserve, if there is one. There is none
    // where the run has ended and a program that it left behind goes on.
    if (error == 0 && !announce(identity) && has_reserve()) error = -ENOENT;
    const bool mapped = error == 0 && keep_addresses(sizes.file_bytes) && map_in_place(fd, 0, threads_end) &&
                        map_in_place(fd, sizes.events_offset, events_end) &&
                        (!traces || map_in_place(fd, sizes.trace_offset, trace_end));
    sys::close(fd);
    if (!mapped) {
        if (error == 0) error = -ENOMEM;
        sys::unlink(place().ledger);
    }
    return mapped;
}

/// Makes the file where the pattern has it, or else in the directory of `faultline run`.
bool make_file(const Identity& identity, std::int64_t started_s, const Header& sizes, Problem& problem) noexcept
{
    // One thread block may be larger than a chunk.
    const auto fixed = sizes.threads_offset + rounded(sizes.thread_stride, chunk) - chunk;
    long error = -ENAMETOOLONG;
    bool made = name_files(place().pattern, identity, started_s) && map_file(identity, fixed, sizes, error);
    if (!made) {
        problem.reason = reason(error);
        sys::Writer{problem.file} << std::string_view{place().json};
        if (place().run[0] != '\0') {
            static constinit char elsewhere[sizeof(Place::run) + 32];
            sys::Writer{elsewhere} << std::string_view{place().run} << "/fault-stats.%p.json";
            made = name_files(elsewhere, identity, started_s) && map_file(identity, fixed, sizes, error);
        }
    }
    if (made) threads_backed = fixed + chunk - sizes.threads_offset;
    return made;
}

/// Keeps the record in memory, which nobody reads if the process is killed, or else not at all.
bool make_memory(const Header& sizes) noexcept
{
    if (!keep_addresses(sizes.file_bytes) ||
        sys::map(header_at, reserved_bytes, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED) == nullptr)
        return false;
    threads_backed = sizes.events_offset - sizes.threads_offset;
    return true;
}

/// What a new record says of its process.
void introduce(Header& header, const Identity& identity, std::int64_t started) noexcept
{
    header.image_by_exec = identity.image_by_exec ? 1 : 0;
    header.seed = identity.seed;
    header.started_s = started / static_cast<std::int64_t>(second);
    header.started_ns = started % static_cast<std::int64_t>(second);
    header.started_monotonic_ns = sys::now(CLOCK_MONOTONIC);
    header.pid = identity.pid;
    header.ppid = identity.ppid;
    header.exit_status = unknown_status;
    header.enabled = 1;
    if (!header.lineage.assign(identity.lineage)) header.trouble |= lineage_cut;
    header.program.assign(identity.program);
    header.argc = identity.arguments.count;
    header.argv_bytes = identity.arguments.bytes;
    __builtin_memcpy(header.argv, identity.arguments.text, identity.arguments.bytes);
    if (identity.arguments.cut) header.trouble |= argv_cut;
}

} // namespace

long fill(int fd, std::uint64_t from, std::uint64_t to) noexcept
{
    static constinit char zeros[page]{};
    iovec pieces[16];
    while (from < to) {
        std::size_t count = 0;
        for (auto at = from; at < to && count < std::size(pieces); at += page)
            pieces[count++] = {zeros, to - at < page ? to - at : page};
        const long written = sys::write_vector(fd, pieces, count, from);
        if (written <= 0) return written == 0 ? -ENOSPC : written;
        from += static_cast<std::uint64_t>(written);
    }
    return 0;
}

void Arguments::keep(int argc, char* const* argv) noexcept
{
    for (int i = 0; i < argc && argv[i] != nullptr; ++i) {
        const std::string_view argument{argv[i]};
        cut = bytes + argument.size() + 1 > sizeof text;
        if (cut) return;
        __builtin_memcpy(text + bytes, argument.data(), argument.size() + 1);
        bytes += static_cast<std::uint32_t>(argument.size()) + 1;
        ++count;
    }
}

Header* create(const plan::Plan& plan, const Identity& identity, Header* parent, Problem& problem) noexcept
{
    static constinit Header sizes{}; // too large for a host's stack
    lay_out(sizes, plan, most_threads, plan.max_events, chunk);
    const std::int64_t started = sys::now(CLOCK_REALTIME);
    Header* made = nullptr;
    if (make_file(identity, started / static_cast<std::int64_t>(second), sizes, problem)) {
        kept = Kept::in_file;
        sizes.events_backed = chunk / sizeof(Event);
        sizes.traces_backed = chunk / sizeof(TraceSite);
    } else if (!place().none && (made = take_slot(slot_bytes(plan))) != nullptr) {
        kept = Kept::in_reserve;
        lay_out_slot(sizes, plan);
        threads_backed = sizes.events_offset - sizes.threads_offset;
    } else {
        if (!place().none && parent != nullptr) parent->trouble |= child_unrecorded;
        if (!make_memory(sizes)) return nullptr;
        kept = Kept::in_memory;
        sizes.events_backed = plan.max_events;
        sizes.traces_backed = trace_limit;
    }
    if (made == nullptr) made = header_at;

    Header& header = *made;
    header.version = sizes.version;
    header.file_bytes = sizes.file_bytes;
    header.plan_offset = sizes.plan_offset;
    header.totals_offset = sizes.totals_offset;
    header.threads_offset = sizes.threads_offset;
    header.events_offset = sizes.events_offset;
    header.trace_offset = sizes.trace_offset;
    header.thread_stride = sizes.thread_stride;
    header.thread_limit = sizes.thread_limit;
    header.function_count = sizes.function_count;
    header.fault_count = sizes.fault_count;
    header.event_limit = sizes.event_limit;
    header.events_backed = sizes.events_backed.load();
    header.traces_backed = sizes.traces_backed.load();
    introduce(header, identity, started);
    __builtin_memcpy(reinterpret_cast<char*>(&header) + header.plan_offset, &plan, plan.bytes);
    if (kept == Kept::in_file) {
        static_assert(sizeof(Header) <= plan::block_in_ledger &&
                      page == plan::block_in_ledger + sizeof(plan::BlockHeader));
        const auto block = plan::describe_block(header.plan(), identity.toml);
        __builtin_memcpy(reinterpret_cast<char*>(&header) + plan::block_in_ledger, &block, sizeof block);
    }
    header.thread(0).owner = unborn;
    header.thread(0).shared = 1;
    header.thread(0).lineage = header.lineage;
    header.threads_claimed = 1;
    header.magic_number = magic;
    return &header;
}

bool is_in_file() noexcept { return kept == Kept::in_file; }

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
        auto backed = threads_backed.load(std::memory_order_acquire);
        while (backed < end) {
            if (!grow(header, header.threads_offset + backed, header.threads_offset + backed + chunk)) break;
            if (threads_backed.compare_exchange_strong(backed, backed + chunk, std::memory_order_acq_rel))
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

/// Makes sure that a slot of a region of `bytes`-sized ones, which begins at `offset`, has disk space and is mapped.
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

void finish(Header& header, State state, std::int32_t status, bool keep_ledger) noexcept
{
    header.exit_status.store(status, std::memory_order_relaxed);
    if ((header.trouble.load() & sealed) != 0) return;
    header.ended_monotonic_ns.store(sys::now(CLOCK_MONOTONIC), std::memory_order_relaxed);
    if (header.plan().leaves_ledger && kept == Kept::in_file) {
        header.open_descriptors.store(sys::count_descriptors(), std::memory_order_relaxed);
        header.state.store(state);
        return;
    }

    if (place().for_command && kept == Kept::in_file) { // by its name: nothing is to be written, renamed and removed
        header.state.store(state);
        return;
    }

    // Under `faultline run` a slot is the command's to read: a path may mean another place to us by now.
    if (place().none || (kept == Kept::in_reserve && (place().run[0] != '\0' || state == State::executed))) {
        header.state.store(state);
        return;
    }

    const auto mask = sys::block_signals(); // a handler that ends the process would wait for itself
    for (int patience = 2000; finishing.exchange(true) && patience > 0; --patience)
        sys::sleep_until(sys::now(CLOCK_MONOTONIC) + 1'000'000, false);

    static constinit char temporary[sizeof(Place::json) + 16];
    sys::Writer{temporary} << std::string_view{place().json} << ".tmp";
    constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
    int fd = is_special(place().json) ? -ENXIO : sys::open(temporary, flags, 0600);
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
        if (rendered && sys::rename(temporary, place().json) == 0) {
            if (kept == Kept::in_file && !keep_ledger) sys::unlink(place().ledger);
            if (kept == Kept::in_reserve) give_slot_back(header);
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
    if (header.state.exchange(State::running) != State::running && kept == Kept::in_file) sys::unlink(place().json);
}

void remove_replaced(const char* path) noexcept
{
    const auto* const replaced = peek(path);
    if (replaced != nullptr && replaced->pid == sys::getpid() && replaced->state == State::executed) sys::unlink(path);
}

} // namespace faultline::ledger
