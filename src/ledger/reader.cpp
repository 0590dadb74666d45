// Copies a ledger into memory of its own and checks it there. A mapping of the file itself would not do: a process that cuts
// the file short while it is mapped kills the reader with SIGBUS, and what was checked could change afterwards.
#include "ledger/reader.hpp"

#include "ledger/reserve.hpp"
#include "plan/valid.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace faultline::ledger {

namespace {

constexpr std::uint64_t most_bytes = 4ULL << 30U;
constexpr std::uint64_t most_thread_slots = 1U << 20U;
constexpr std::uint64_t most_functions = 1U << 14U;
constexpr std::uint64_t most_stride = 1U << 24U;

std::string reason() { return std::strerror(errno); }

/// Reads up to `bytes` bytes from `offset` on. Returns how many there were, or -1.
std::int64_t read_at(int fd, void* into, std::uint64_t bytes, std::uint64_t offset)
{
    std::uint64_t done = 0;
    while (done < bytes) {
        const auto got = ::pread(fd, static_cast<char*>(into) + done, bytes - done, static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return -1;
        if (got == 0) break;
        done += static_cast<std::uint64_t>(got);
    }
    return static_cast<std::int64_t>(done);
}

/// How many event slots of a ledger may hold something.
std::uint64_t slots(const Header& header) noexcept
{
    return std::min({header.events_claimed.load(), header.events_backed.load(), header.event_limit});
}

std::uint32_t blocks(const Header& header) noexcept
{
    return std::min(header.threads_claimed.load(), header.thread_limit);
}

std::uint64_t traced(const Header& header) noexcept
{
    if (header.trace_offset == 0) return 0;
    return std::min({header.traces_claimed.load(), header.traces_backed.load(), std::uint64_t{trace_limit}});
}

/// How many bytes of the file matter, by its header; nothing where the header makes no sense.
std::optional<std::uint64_t> extent(const Header& header) noexcept
{
    const std::uint64_t offsets[] = {header.plan_offset, header.totals_offset, header.threads_offset,
                                     header.events_offset};
    if (std::ranges::any_of(offsets, [](auto offset) { return offset < sizeof(Header) || offset > most_bytes; }))
        return {};
    if (header.plan_offset % alignof(plan::Plan) != 0 || header.totals_offset % alignof(Totals) != 0 ||
        header.threads_offset % alignof(Thread) != 0 || header.events_offset % alignof(Event) != 0)
        return {};
    if (header.fault_count > plan::most_faults || header.function_count > most_functions) return {};
    if (header.thread_limit > most_thread_slots || header.thread_stride > most_stride ||
        header.thread_stride % 64 != 0 ||
        header.thread_stride < thread_stride(header.fault_count, header.function_count))
        return {};
    if (slots(header) > most_bytes / sizeof(Event)) return {};
    if (header.trace_offset != 0 && (header.trace_offset < sizeof(Header) || header.trace_offset > most_bytes ||
                                     header.trace_offset % alignof(TraceSite) != 0))
        return {};
    const auto trace_end = header.trace_offset == 0 ? 0 : header.trace_site_at(traced(header));
    const auto end = std::max({trace_end, header.plan_offset + sizeof(plan::Plan),
                               header.totals_offset + totals_bytes(header.fault_count),
                               header.threads_offset + blocks(header) * header.thread_stride,
                               header.events_offset + slots(header) * sizeof(Event)});
    if (end > most_bytes) return {};
    return end;
}

bool sensible(const Header& header) noexcept
{
    constexpr std::int64_t latest = 1LL << 40U; // room for arithmetic
    return header.state.load() <= State::executed && header.started_s >= 0 && header.started_s < latest &&
           header.started_ns >= 0 && header.started_ns < 1'000'000'000 && header.started_monotonic_ns >= 0 &&
           header.ended_monotonic_ns.load() >= 0;
}

} // namespace

void Copy::Unmap::operator()(std::byte* memory) const noexcept { ::munmap(memory, bytes); }

/// Takes the header as it was at one moment, then what it speaks of: that was there before.
struct Reader {
    int fd;
    std::uint64_t file_bytes;
    std::uint64_t begin = 0; // of the ledger in its file; file_bytes count from there

    [[nodiscard]] static Opened problem(std::string text) { return {{}, std::move(text)}; }
    [[nodiscard]] Opened cut_short() const
    {
        return problem("is cut short: a ledger's " + std::to_string(file_bytes) +
                       " first bytes are not enough to read it");
    }

    [[nodiscard]] Opened open() const
    {
        if (file_bytes == 0) return problem("is empty");
        const auto memory = map(sizeof(Header));
        if (!memory) return problem(reason());
        const auto got = read_at(fd, memory.get(), sizeof(Header), begin);
        const auto& header = *reinterpret_cast<const Header*>(memory.get());
        if (got < 0) return problem(reason());
        if (got < 12 || header.magic_number != magic) return problem("is not a ledger");
        if (header.version != layout_version)
            return problem("was written by another version of Faultline: its layout is " +
                           std::to_string(header.version) + ", this one reads " + std::to_string(layout_version));
        if (got < static_cast<std::int64_t>(sizeof(Header))) return cut_short();
        const auto end = extent(header);
        if (!end || !sensible(header)) return corrupt();
        if (*end > file_bytes) return cut_short();
        return copy(header, *end);
    }

    [[nodiscard]] static Opened corrupt() { return problem("is damaged: its header makes no sense"); }

    [[nodiscard]] static Copy::Memory map(std::uint64_t bytes)
    {
        auto* const memory =
            ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (memory == MAP_FAILED) return {nullptr, {bytes}};
        return {static_cast<std::byte*>(memory), {bytes}};
    }

    /// What is wrong, if something is.
    [[nodiscard]] std::optional<Opened> copy_range(std::byte* memory, std::uint64_t from, std::uint64_t to) const
    {
        std::vector<char> chunk(std::min<std::uint64_t>(1U << 18U, to - from + 1));
        for (auto at = from; at < to;) {
            const auto got = read_at(fd, chunk.data(), std::min<std::uint64_t>(chunk.size(), to - at), begin + at);
            if (got < 0) return problem(reason());
            if (got == 0) return cut_short();
            // Holes stay holes: a sparse file must not cost memory.
            const auto n = static_cast<std::size_t>(got);
            if (chunk[0] != 0 || std::memcmp(chunk.data(), chunk.data() + 1, n - 1) != 0)
                std::memcpy(memory + at, chunk.data(), n);
            at += n;
        }
        return std::nullopt;
    }

    [[nodiscard]] Opened copy(const Header& header, std::uint64_t extent_bytes) const
    {
        // The plan's size stands in the plan, so that what lies between the offsets is copied as well.
        const auto bytes = std::min(file_bytes, std::max(extent_bytes, header.totals_offset));
        auto memory = map(bytes);
        if (!memory) return problem(reason());
        // Between the threads' blocks and the events lie those of threads that never were, by far the most of the file.
        const auto threads_end = header.threads_offset + blocks(header) * header.thread_stride;
        const auto jump = std::clamp(header.events_offset, threads_end, std::max(threads_end, bytes));
        for (const auto& [from, to] :
             {std::pair{std::uint64_t{0}, std::min(threads_end, bytes)}, std::pair{std::min(jump, bytes), bytes}})
            if (auto wrong = copy_range(memory.get(), from, to)) return std::move(*wrong);
        std::memcpy(memory.get(), static_cast<const void*>(&header), sizeof(Header));
        Copy whole(std::move(memory));
        const auto& plan = whole.header().plan();
        if (!plan::valid(plan, bytes - header.plan_offset) || plan.faults.count != header.fault_count ||
            plan.functions.count != header.function_count)
            return problem("is damaged: its plan makes no sense");
        return {std::move(whole), {}};
    }
};

namespace {

/// A regular file, open for reading, and its length; or why there is none.
struct RegularFile {
    int fd;
    std::uint64_t bytes = 0;
    std::string problem;

    explicit RegularFile(const std::string& path)
        : fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY))
    {
        struct stat status = {};
        if (fd < 0 || ::fstat(fd, &status) != 0)
            problem = reason();
        else if (!S_ISREG(status.st_mode))
            problem = "is not a regular file";
        bytes = static_cast<std::uint64_t>(status.st_size);
    }
    RegularFile(const RegularFile&) = delete;
    RegularFile& operator=(const RegularFile&) = delete;
    ~RegularFile() { ::close(fd); }

    [[nodiscard]] bool begins_with(std::uint64_t number) const
    {
        std::uint64_t first = 0;
        return problem.empty() && read_at(fd, &first, sizeof first, 0) == sizeof first && first == number;
    }
};

} // namespace

Opened open(const std::string& path)
{
    const RegularFile file(path);
    if (!file.problem.empty()) return Reader::problem(file.problem);
    return Reader{file.fd, file.bytes}.open();
}

OpenedReserve open_reserve(const std::string& path)
{
    const RegularFile file(path);
    OpenedReserve result{.records = {}, .unrecorded = 0, .problem = file.problem};
    Reserve head{};
    if (!file.problem.empty()) return result;
    const bool whole = read_at(file.fd, &head, sizeof head, 0) == sizeof head && head.magic_number == reserve_magic;
    const auto bytes = head.slot_bytes;
    if (!whole || head.version != layout_version || bytes < sizeof(Header) || bytes > file.bytes) {
        result.problem = "is damaged, or of another version of Faultline";
        return result;
    }
    result.unrecorded = head.unrecorded;
    const auto slots = std::min({head.claimed.load(), head.slots});
    for (std::uint32_t slot = 0; slot < slots && reserve_bytes(slot + 1, bytes) <= file.bytes; ++slot) {
        std::uint64_t first = 0;
        const auto begin = reserve_bytes(slot, bytes);
        // One that is not begun, or has become a statistics file.
        if (read_at(file.fd, &first, sizeof first, begin) != sizeof first || first == 0) continue;
        result.records.push_back(Reader{file.fd, bytes, begin}.open());
    }
    return result;
}

bool is_ledger(const std::string& path) { return RegularFile(path).begins_with(magic); }

bool is_reserve(const std::string& path) { return RegularFile(path).begins_with(reserve_magic); }

void Copy::bring_up_to(const plan::Plan& plan) noexcept
{
    const auto& own = header().plan();
    if (own.bytes == plan.bytes && own.faults.count == plan.faults.count && own.functions.count == plan.functions.count)
        std::memcpy(memory_.get() + header().plan_offset, static_cast<const void*>(&plan), plan.bytes);
}

std::string Copy::json(const Ending& ending) const
{
    std::string text;
    char buffer[256];
    const auto append = [](void* context, const char* bytes, std::size_t n) {
        static_cast<std::string*>(context)->append(bytes, n);
        return true;
    };
    render(header(), {append, &text}, buffer, ending);
    return text;
}

} // namespace faultline::ledger
