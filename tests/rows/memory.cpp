// Cases for src/calls/memory.def.
#include "run.hpp"

#include <malloc.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/uio.h>

namespace rows {
namespace {

constexpr std::size_t page = 4096;

void* mapped(std::size_t size = page)
{
    void* const memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) abort();
    return memory;
}

bool is_mapped(void* memory)
{
    unsigned char resident = 0;
    return mincore(memory, page, &resident) == 0;
}

/// A block is there and can be written to; then it is given back.
void use(Run& r, void* block, std::size_t size)
{
    if (block != nullptr) memset(block, 'x', size);
    r.effect(block != nullptr);
    free(block);
}

/// A segment that goes when its last user does.
struct Segment {
    int id = shmget(IPC_PRIVATE, page, 0600);
    void* memory = shmat(id, nullptr, 0);
    Segment() { shmctl(id, IPC_RMID, nullptr); }
    [[nodiscard]] long users() const
    {
        shmid_ds state{};
        return shmctl(id, IPC_STAT, &state) == 0 ? static_cast<long>(state.shm_nattch) : 0;
    }
};

std::string own_name() { return "/faultline-rows-" + std::to_string(getpid()); }

const Case cases[] = {
    {"malloc", [](Run& r) { use(r, r.call<decltype(::malloc)>(r.size(100)), 100); }},
    {"calloc",
     [](Run& r) {
         r.size(10, 20);
         auto* const block = static_cast<char*>(r.call<decltype(::calloc)>(10UL, 20UL));
         r.saw(block != nullptr && block[199] == 0);
         use(r, block, 200);
     }},
    {"realloc",
     [](Run& r) {
         auto* const old = static_cast<char*>(malloc(10));
         strcpy(old, "kept");
         auto* const grown = static_cast<char*>(r.call<decltype(::realloc)>(old, r.size(100'000)));
         r.saw(grown == nullptr ? old : grown); // a failure leaves the old block as it was
         use(r, grown, 100'000);
     }},
    {"reallocarray",
     [](Run& r) {
         auto* const old = static_cast<char*>(malloc(10));
         strcpy(old, "kept");
         r.size(1000, 100);
         auto* const grown = static_cast<char*>(r.call<decltype(::reallocarray)>(old, 1000UL, 100UL));
         r.saw(grown == nullptr ? old : grown);
         use(r, grown, 100'000);
     }},
    {"posix_memalign",
     [](Run& r) {
         void* block = nullptr;
         r.call<decltype(::posix_memalign)>(&block, 64UL, r.size(100));
         use(r, block, 100);
     }},
    {"aligned_alloc", [](Run& r) { use(r, r.call<decltype(::aligned_alloc)>(64UL, r.size(128)), 128); }},
    {"memalign", [](Run& r) { use(r, r.call<decltype(::memalign)>(64UL, r.size(128)), 128); }},
    {"valloc", [](Run& r) { use(r, r.call<decltype(::valloc)>(r.size(128)), 128); }},
    {"pvalloc", [](Run& r) { use(r, r.call<decltype(::pvalloc)>(r.size(128)), 128); }},
    {"strdup __strdup", [](Run& r) { use(r, r.call<char*(const char*)>("hello"), 6); }},
    {"strndup __strndup", [](Run& r) { use(r, r.call<char*(const char*, size_t)>("hello", r.size(3)), 4); }},
    {"wcsdup", [](Run& r) { use(r, r.call<decltype(::wcsdup)>(L"hello"), 24); }},

    {"mmap mmap64",
     [](Run& r) {
         const int fd = Run::file();
         void* const memory = r.call<decltype(::mmap)>(nullptr, r.size(page), PROT_READ, MAP_PRIVATE, r.fd(fd), 0);
         r.effect(memory != MAP_FAILED && memcmp(memory, "hello", 5) == 0);
     }},
    {"munmap",
     [](Run& r) {
         void* const memory = mapped();
         r.call<decltype(::munmap)>(memory, r.size(page));
         r.effect(!is_mapped(memory));
     }},
    {"mremap",
     [](Run& r) {
         void* const moved =
             r.call<void*(void*, size_t, size_t, int, ...)>(mapped(), page, r.size(4 * page), MREMAP_MAYMOVE);
         r.effect(moved != MAP_FAILED && is_mapped(static_cast<char*>(moved) + 3 * page));
     }},
    {"mprotect",
     [](Run& r) {
         void* const memory = mapped();
         r.call<decltype(::mprotect)>(memory, r.size(page), PROT_READ);
         r.effect(sys::call(SYS_getcwd, sys::address(memory), page) == -EFAULT);
     }},
    {"pkey_mprotect",
     [](Run& r) {
         void* const memory = mapped();
         const int key = r.failing ? 1 : -1; // which any machine takes; of it libc makes an mprotect
         r.call<decltype(::pkey_mprotect)>(memory, r.size(page), PROT_READ, key);
         r.effect(sys::call(SYS_getcwd, sys::address(memory), page) == -EFAULT);
     }},
    {"pkey_alloc", [](Run& r) { r.call<decltype(::pkey_alloc)>(0U, 0U); }},
    {"madvise",
     [](Run& r) {
         auto* const memory = static_cast<char*>(mapped());
         *memory = 'x';
         r.call<decltype(::madvise)>(memory, r.size(page), MADV_DONTNEED);
         r.effect(*memory == 0);
     }},
    {"posix_madvise", [](Run& r) { r.call<decltype(::posix_madvise)>(mapped(), r.size(page), POSIX_MADV_WILLNEED); }},
    {"process_madvise",
     [](Run& r) {
         const iovec piece{mapped(), page};
         r.call<decltype(::process_madvise)>(pidfd_open(getpid(), 0), &piece, 1UL, MADV_COLD, 0U);
     }},
    {"mincore",
     [](Run& r) {
         auto* const memory = static_cast<char*>(mapped());
         *memory = 'x';
         unsigned char resident = 0;
         r.call<decltype(::mincore)>(memory, r.size(page), &resident);
         r.effect((resident & 1U) != 0);
     }},
    {"mlock", [](Run& r) { r.call<decltype(::mlock)>(mapped(), r.size(page)); }},
    {"mlock2", [](Run& r) { r.call<decltype(::mlock2)>(mapped(), r.size(page), unsigned{MLOCK_ONFAULT}); }},
    {"mlockall",
     [](Run& r) {
         r.call<decltype(::mlockall)>(MCL_FUTURE); // what is mapped already may be more than a user may lock
         munlockall();
     }},
    {"munlock", [](Run& r) { r.call<decltype(::munlock)>(mapped(), r.size(page)); }},
    {"munlockall", [](Run& r) { r.call<decltype(::munlockall)>(); }},
    {"msync", [](Run& r) { r.call<decltype(::msync)>(mapped(), r.size(page), MS_SYNC); }},
    {"brk", [](Run& r) { r.call<decltype(::brk)>(sbrk(0)); }},
    {"sbrk __sbrk",
     [](Run& r) {
         r.size(0);
         r.call<void*(std::intptr_t)>(std::intptr_t{0});
     }},
    {"shmget",
     [](Run& r) {
         const int id = r.vary<decltype(::shmget)>(IPC_PRIVATE, r.size(page), 0600);
         r.effect(shmctl(id, IPC_RMID, nullptr) == 0);
     }},
    {"shmat",
     [](Run& r) {
         const Segment segment;
         shmdt(segment.memory);
         const int id = shmget(IPC_PRIVATE, page, 0600);
         void* const memory = r.call<decltype(::shmat)>(id, nullptr, 0);
         shmctl(id, IPC_RMID, nullptr);
         r.effect(memory != reinterpret_cast<void*>(-1) && is_mapped(memory));
     }},
    {"shmdt",
     [](Run& r) {
         const Segment segment;
         r.call<decltype(::shmdt)>(segment.memory);
         r.effect(!is_mapped(segment.memory) && segment.users() == 0);
     }},
    {"shmctl",
     [](Run& r) {
         const Segment segment;
         shmid_ds state{};
         r.call<decltype(::shmctl)>(segment.id, IPC_STAT, &state);
         r.effect(state.shm_nattch == 1);
     }},
    {"shm_open",
     [](Run& r) {
         const auto name = own_name();
         const int fd = r.call<decltype(::shm_open)>(r.path(name.c_str()), O_RDWR | O_CREAT, 0600);
         r.effect(fd >= 0);
         shm_unlink(name.c_str());
     }},
    {"shm_unlink",
     [](Run& r) {
         const auto name = own_name();
         close(shm_open(name.c_str(), O_RDWR | O_CREAT, 0600));
         r.call<decltype(::shm_unlink)>(r.path(name.c_str()));
         r.effect(shm_unlink(name.c_str()) != 0);
     }},
};

const Family family("memory", cases);

} // namespace
} // namespace rows
