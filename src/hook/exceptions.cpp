// What libstdc++ would do for exceptions at the cost of every start. Its room for them takes 73 kB from the heap of each
// process, for the day on which there is no memory, and few processes ever throw one. Its last word on one that nothing
// catches brings a demangler along; nothing of ours lets one go.
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <exception>

namespace {

/// Before the exception libstdc++ keeps what it knows of it: 128 bytes, counted back from the exception, that begin as
/// zeros.
constexpr std::size_t head = 256;

/// For when there is no memory.
struct Spare {
    alignas(std::max_align_t) unsigned char room[head + 256];
    std::atomic<bool> taken;
};
[[gnu::section(".bss.late")]] constinit Spare spares[8]{};

void* take_spare(std::size_t bytes) noexcept
{
    if (bytes > sizeof(Spare::room)) return nullptr;
    for (auto& spare : spares)
        if (!spare.taken.exchange(true, std::memory_order_acquire)) return spare.room;
    return nullptr;
}

} // namespace

// NOLINTBEGIN(bugprone-reserved-identifier): the C++ ABI's names
namespace __gnu_cxx {
void __verbose_terminate_handler();
void __verbose_terminate_handler() { std::abort(); }
} // namespace __gnu_cxx

extern "C" {

void* __cxa_allocate_exception(std::size_t size) noexcept
{
    void* room = std::malloc(head + size);
    if (room == nullptr) room = take_spare(head + size);
    if (room == nullptr) std::terminate();
    std::memset(room, 0, head);
    return static_cast<unsigned char*>(room) + head;
}

void __cxa_free_exception(void* exception) noexcept
{
    void* const room = static_cast<unsigned char*>(exception) - head;
    for (auto& spare : spares)
        if (room == spare.room) return spare.taken.store(false, std::memory_order_release);
    std::free(room);
}
} // extern "C"
// NOLINTEND(bugprone-reserved-identifier)
