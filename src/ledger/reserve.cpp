#include "ledger/reserve.hpp"

#include "ledger/ledger.hpp"
#include "ledger/place.hpp"
#include "sys/syscalls.hpp"
#include "sys/text.hpp"

#include <cerrno>
#include <iterator>
#include <span>

namespace faultline::ledger {
namespace {

constexpr std::uint32_t slot_threads = 16;
constexpr std::uint64_t slot_events = 128;
constexpr std::uint32_t slots_of_image = 4; // without the command: few programs need any

constinit Reserve* reserve = nullptr;
constinit Reserve* lender = nullptr; // of the slot that this process has taken
// Of the file that this image or an ancestor made, and of the one that takes its place.
[[gnu::section(".bss.late")]] constinit char paths[2][path_room + 32]{};
constinit unsigned current = 0;
constinit std::uint32_t made = 0; // by this image
constinit bool taken = false;
constinit bool in_vain = false; // one could not be made: not to be tried at each fork
constinit std::atomic<bool> preparing{false};

/// How a Reserve begins.
struct ReserveHead {
    std::uint64_t magic_number;
    std::uint32_t version, slots;
    std::uint64_t slot_bytes;
};

bool in_run() noexcept { return !place().run.empty(); }

Reserve* map_reserve(const char* from) noexcept
{
    const int fd = sys::open(from, O_RDWR | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) return nullptr;
    ReserveHead head{};
    const auto length = sys::call(SYS_lseek, fd, 0, SEEK_END);
    const bool whole = sys::call(SYS_pread64, fd, sys::address(&head), sizeof head, 0) == sizeof head &&
                       head.magic_number == reserve_magic && head.version == layout_version &&
                       head.slots <= 1U << 16U && head.slot_bytes % page == 0 && head.slot_bytes <= 1U << 30U &&
                       length == static_cast<long>(reserve_bytes(head.slots, head.slot_bytes));
    void* const mapped =
        whole ? sys::map(nullptr, static_cast<std::uint64_t>(length), PROT_READ | PROT_WRITE, MAP_SHARED, fd) : nullptr;
    sys::close(fd);
    return static_cast<Reserve*>(mapped);
}

/// Writes the name of the next file; false where it is too long.
bool name_next(std::span<char> room) noexcept
{
    sys::Writer name{room};
    if (in_run())
        name << place().run << '/' << reserve_name << '.' << static_cast<std::uint64_t>(sys::getpid()) << '.'
             << std::uint64_t{++made};
    else
        name << place().json << ".children" << std::uint64_t{++made} << ".live";
    return !name.cut();
}

} // namespace

Layout lay_out_slot(const plan::Plan& plan, std::uint64_t& events_backed) noexcept
{
    events_backed = plan.max_events < slot_events ? plan.max_events : slot_events;
    auto layout = lay_out(plan, slot_threads, events_backed, page);
    if (layout.trace_offset != 0) layout.file_bytes = layout.trace_offset; // there is no room for a trace
    layout.trace_offset = 0;
    layout.event_limit = plan.max_events;
    return layout;
}

std::uint64_t slot_bytes(const plan::Plan& plan) noexcept
{
    std::uint64_t events_backed = 0;
    return lay_out_slot(plan, events_backed).file_bytes;
}

long make_reserve(const char* at, std::uint32_t slots, std::uint64_t bytes, int mode) noexcept
{
    const auto whole = reserve_bytes(slots, bytes);
    constexpr int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW;
    int fd = sys::open(at, flags, 0600);
    if (fd == -EEXIST && sys::unlink(at) == 0)
        fd = sys::open(at, flags, 0600); // an earlier process of this pid left it
    if (fd < 0) return fd;
    long error = whole > sys::file_size_limit() ? -EFBIG : fill(fd, 0, whole);
    const ReserveHead head{reserve_magic, layout_version, slots, bytes};
    if (error == 0 && sys::write(fd, &head, sizeof head) != sizeof head) error = -ENOSPC;
    if (error == 0 && mode != 0600) error = sys::call(SYS_fchmod, fd, mode);
    sys::close(fd);
    if (error != 0) sys::unlink(at);
    return error;
}

void join_reserve() noexcept
{
    if (!in_run()) return;
    [[gnu::section(".bss.late")]] static constinit char of_run[path_room + 16]{};
    sys::Writer{of_run} << place().run << '/' << reserve_name;
    reserve = map_reserve(of_run);
}

namespace {

/// Makes a file and takes it for the reserve of this image and of its children to come.
bool replace_reserve(const plan::Plan& plan) noexcept
{
    auto& path = paths[1 - current];
    const auto slots = in_run() ? reserve_slots_of_run : slots_of_image;
    auto* const next =
        name_next(path) && make_reserve(path, slots, slot_bytes(plan), 0600) == 0 ? map_reserve(path) : nullptr;
    if (next == nullptr) return false;
    leave_reserve();
    current = 1 - current;
    reserve = next; // the old mapping stays: a record may lie in it
    rejoin_reserve();
    return true;
}

} // namespace

void prepare_reserve(const plan::Plan& plan) noexcept
{
    const auto* const now = reserve;
    // Half of it is left for children that are forked at the same time.
    if (now != nullptr && now->claimed.load(std::memory_order_relaxed) * 2 < now->slots) return;
    if (in_vain || place().json.empty() || place().none || preparing.exchange(true)) return;
    in_vain = !replace_reserve(plan);
    preparing = false;
}

bool has_reserve() noexcept { return reserve != nullptr; }

void inherit_reserve() noexcept
{
    in_vain = false;
    preparing = false; // another thread's, which is not here
    taken = false;
    rejoin_reserve();
}

void rejoin_reserve() noexcept
{
    if (reserve == nullptr || taken || in_run()) return;
    taken = true;
    const auto pid = sys::getpid();
    for (std::size_t i = 0; i < std::size(reserve->members); ++i) {
        auto& member = reserve->members[(static_cast<std::size_t>(pid) + i) % std::size(reserve->members)];
        std::int32_t nobody = 0;
        if (member.load(std::memory_order_relaxed) == 0 && member.compare_exchange_strong(nobody, pid)) return;
    }
    reserve->crowded.store(1);
}

void leave_reserve() noexcept
{
    if (!taken || in_run()) return;
    taken = false;
    const auto pid = sys::getpid();
    bool is_last = true;
    for (auto& member : reserve->members) {
        const auto other = member.load(std::memory_order_relaxed);
        if (other == pid)
            member.store(0);
        else if (is_last && other != 0)
            is_last = !sys::process_exists(other);
    }
    if (is_last && reserve->kept.load() == 0 && reserve->unrecorded.load() == 0 && reserve->crowded.load() == 0)
        sys::unlink(paths[current]);
}

Header* take_slot(std::uint64_t bytes) noexcept
{
    if (reserve == nullptr) return nullptr;
    const auto slot = bytes <= reserve->slot_bytes ? reserve->claimed.fetch_add(1) : reserve->slots;
    if (slot >= reserve->slots) {
        reserve->unrecorded.fetch_add(1);
        return nullptr;
    }
    reserve->kept.fetch_add(1);
    lender = reserve;
    return reinterpret_cast<Header*>(reinterpret_cast<std::uintptr_t>(reserve) +
                                     reserve_bytes(slot, reserve->slot_bytes));
}

void give_slot_back(Header& slot) noexcept
{
    slot.magic_number = 0;
    lender->kept.fetch_sub(1);
}

} // namespace faultline::ledger
