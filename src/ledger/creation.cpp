// How the record of a process begins: a file where the plan has it, or in the directory of `faultline run`, or a slot of
// the reserve, or memory.
#include "ledger/ledger.hpp"
#include "ledger/reserve.hpp"
#include "ledger/storage.hpp"
#include "sys/syscalls.hpp"
#include "sys/text.hpp"

#include <cerrno>
#include <iterator>
#include <sys/stat.h>

namespace faultline::ledger {

constinit Storage storage;

namespace {

constexpr std::uint32_t most_threads = 4096;
using sys::second;
constinit std::uint64_t reserved_bytes = 0;

/// The header of the ledger at a path, in room of our own that the next call takes again; nullptr where there is none.
const Header* peek(const char* path) noexcept
{
    const int fd = sys::open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK); // somebody's pipe must not make us wait
    if (fd < 0) return nullptr;
    [[gnu::section(".bss.late")]] alignas(Header) static constinit char bytes[sizeof(Header)];
    const bool whole = sys::read(fd, bytes, sizeof bytes) == static_cast<long>(sizeof bytes);
    sys::close(fd);
    const auto* const header = reinterpret_cast<const Header*>(bytes);
    return whole && header->magic_number == magic ? header : nullptr;
}

/// Whether the ledger at our path belongs to another process that is alive.
bool owned_by_another() noexcept
{
    const auto* const other = peek(place().ledger.data());
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
    // In the directory of `faultline run` there is nothing else than records.
    if (place().none || (!place().for_command && is_special(place().json.data()))) return -ENXIO;
    constexpr int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW;
    int fd = sys::open(place().ledger.data(), flags, 0600);
    if (fd == -EEXIST && !owned_by_another() && sys::unlink(place().ledger.data()) == 0)
        fd = sys::open(place().ledger.data(), flags, 0600);
    return fd;
}

/// Tells `faultline run`, if there is one, that this image exists and where its record is.
bool announce(const Identity& identity) noexcept
{
    const auto& where = place();
    if (where.run.empty()) return true;
    [[gnu::section(".bss.late")]] static constinit char line[2 * path_room + 256];
    sys::Writer path{line};
    path << where.run << "/images";
    const int fd = sys::open(line, O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) return false;
    sys::Writer text{line};
    text << static_cast<std::uint64_t>(identity.pid) << '\t' << identity.lineage << '\t' << where.ledger << '\t'
         << where.json << '\n';
    const auto length = text.view().size();
    const bool told = sys::write_within_limit(fd, line, length) == static_cast<long>(length);
    sys::close(fd);
    return told;
}

/// Maps the whole of a ledger, of which the file has the parts that are used; no other is touched before the file has
/// it too. Without a descriptor it is memory. Children lay their own over their parent's, so that no pointer into it ever
/// dangles.
bool map_whole(std::uint64_t bytes, int fd) noexcept
{
    const int flags = fd >= 0 ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    const bool is_first = storage.header == nullptr;
    void* const base = sys::map(storage.header, is_first ? bytes : reserved_bytes, PROT_READ | PROT_WRITE,
                                flags | (is_first ? 0 : MAP_FIXED), fd);
    if (base == nullptr) return false;
    storage.header = static_cast<Header*>(base);
    if (is_first) reserved_bytes = bytes;
    return true;
}

/// Whether the process may still map anything: not once RLIMIT_AS was lowered below what it has.
bool may_map() noexcept
{
    void* const probe = sys::map(nullptr, page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE);
    if (probe != nullptr) sys::unmap(probe, page);
    return probe != nullptr;
}

constexpr char zeros[page]{};

/// Gives the file the plan, which then no page has to be touched for, and zeros for the rest up to `to`. 0, or -errno.
long begin_file(int fd, const plan::Plan& plan, std::uint64_t to) noexcept
{
    iovec pieces[] = {{const_cast<char*>(zeros), page}, {const_cast<plan::Plan*>(&plan), plan.bytes}, {}, {}, {}, {}};
    auto end = page + plan.bytes;
    std::size_t count = 2;
    for (; end < to && count < std::size(pieces); end += pieces[count++].iov_len)
        pieces[count] = {const_cast<char*>(zeros), to - end < page ? to - end : page};
    const long written = sys::write_vector(fd, pieces, count, 0);
    if (written < 0) return written;
    const auto has_plan = static_cast<std::uint64_t>(written) >= page + plan.bytes;
    return has_plan ? fill(fd, static_cast<std::uint64_t>(written), to) : -ENOSPC;
}

/// Makes the file of this process, and maps it. While that may still fail the parent's record stays where it is.
bool map_file(const plan::Plan& plan, const Identity& identity, std::uint64_t threads_end, const Layout& layout,
              long& error) noexcept
{
    error = create_file();
    if (error < 0) return false;
    const int fd = static_cast<int>(error);
    struct stat status;
    sys::call(SYS_fstat, fd, sys::address(&status));
    storage.inode = status.st_ino;
    const auto events_end = layout.events_offset + chunk;
    const auto trace_end = layout.trace_offset + trace_modules_bytes + chunk;
    const bool traces = layout.trace_offset != 0;
    error = (traces ? trace_end : events_end) > sys::file_size_limit() ? -EFBIG : begin_file(fd, plan, threads_end);
    if (error == 0) error = fill(fd, layout.events_offset, events_end);
    if (error == 0 && traces) error = fill(fd, layout.trace_offset, trace_end);
    const bool has_parent = storage.header != nullptr;
    if (error == 0 && !(has_parent ? may_map() : map_whole(layout.file_bytes, fd))) error = -ENOMEM;
    // A record that the command does not find is none, so it lies better in the reserve, if there is one. There is none
    // where the run has ended and a program that it left behind goes on.
    if (error == 0 && !announce(identity) && has_reserve()) error = -ENOENT;
    if (error == 0 && has_parent && !map_whole(layout.file_bytes, fd)) error = -ENOMEM;
    sys::close(fd);
    if (error != 0) sys::unlink(place().ledger.data());
    return error == 0;
}

/// Makes the file where the pattern has it, or else in the directory of `faultline run`.
bool make_file(const plan::Plan& plan, const Identity& identity, std::int64_t started_s, const Layout& layout,
               Problem& problem) noexcept
{
    // The shared block and the first thread's: most processes need no other.
    const auto threads_end = layout.threads_offset + rounded(2 * layout.thread_stride, page);
    long error = -ENAMETOOLONG;
    bool made =
        name_files(place().pattern, identity, started_s) && map_file(plan, identity, threads_end, layout, error);
    if (!made) {
        [[gnu::section(".bss.late")]] static constinit char file[path_room];
        sys::Writer{file} << place().json;
        problem = {reason(error), file};
        if (!place().run.empty()) {
            [[gnu::section(".bss.late")]] static constinit char elsewhere[path_room + 32];
            sys::Writer{elsewhere} << place().run << "/fault-stats.%p.json";
            made = name_files(elsewhere, identity, started_s) && map_file(plan, identity, threads_end, layout, error);
        }
    }
    if (made) storage.threads_backed = threads_end - layout.threads_offset;
    return made;
}

/// Keeps the record in memory, where it is lost if the process is killed, or else not at all.
bool make_memory(const Layout& layout) noexcept
{
    if (!map_whole(layout.file_bytes, -1)) return false;
    storage.threads_backed = layout.events_offset - layout.threads_offset;
    return true;
}

/// What a new record says of its process.
void introduce(Header& header, const Identity& identity, std::int64_t started) noexcept
{
    header.image_by_exec = identity.image_by_exec ? 1 : 0;
    header.seed = identity.seed;
    header.started_s = started / second;
    header.started_ns = started % second;
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
    iovec pieces[16];
    while (from < to) {
        std::size_t count = 0;
        for (auto at = from; at < to && count < std::size(pieces); at += page)
            pieces[count++] = {const_cast<char*>(zeros), to - at < page ? to - at : page};
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
    auto layout = lay_out(plan, most_threads, plan.max_events, chunk);
    std::uint64_t events_backed = chunk / sizeof(Event);
    std::uint64_t traces_backed = chunk / sizeof(TraceSite);
    const std::int64_t started = sys::now(CLOCK_REALTIME);
    Header* made = nullptr;
    if (make_file(plan, identity, started / second, layout, problem)) {
        storage.kept = Kept::in_file;
    } else if (!place().none && (made = take_slot(slot_bytes(plan))) != nullptr) {
        storage.kept = Kept::in_reserve;
        layout = lay_out_slot(plan, events_backed);
        traces_backed = 0;
        storage.threads_backed = layout.events_offset - layout.threads_offset;
    } else {
        if (!place().none && parent != nullptr) parent->trouble |= child_unrecorded;
        if (!make_memory(layout)) return nullptr;
        storage.kept = Kept::in_memory;
        events_backed = plan.max_events;
        traces_backed = trace_limit;
    }
    if (made == nullptr) made = storage.header;

    Header& header = *made;
    // Where the system maps what it has around a page that is read, this is the only page fault; writes take one each.
    static_cast<void>(*reinterpret_cast<const volatile char*>(made));
    layout.magic_number = 0; // until all is there
    static_cast<Layout&>(header) = layout;
    header.events_backed = events_backed;
    header.traces_backed = traces_backed;
    introduce(header, identity, started);
    auto* const bytes = reinterpret_cast<char*>(&header);
    if (storage.kept != Kept::in_file) {
        __builtin_memcpy(bytes + header.plan_offset, &plan, plan.bytes);
    } else {
        static_assert(sizeof(Header) <= plan::block_in_ledger &&
                      page == plan::block_in_ledger + sizeof(plan::BlockHeader));
        const auto block = plan::describe_block(plan, identity.toml);
        __builtin_memcpy(bytes + plan::block_in_ledger, &block, sizeof block);
    }
    header.thread(0).owner = unborn;
    header.thread(0).shared = 1;
    header.thread(0).lineage = header.lineage;
    header.threads_claimed = 1;
    header.magic_number = magic;
    return &header;
}

bool is_in_file() noexcept { return storage.kept == Kept::in_file; }

void remove_replaced(const char* path) noexcept
{
    const auto* const replaced = peek(path);
    if (replaced != nullptr && replaced->pid == sys::getpid() && replaced->state == State::executed) sys::unlink(path);
}

} // namespace faultline::ledger
