#include "sys/vdso.hpp"

#include <cstdint>
#include <elf.h>
#include <link.h>
#include <string_view>

namespace faultline::sys {
namespace {

#if defined(__x86_64__)
constexpr std::string_view clock_symbol = "__vdso_clock_gettime";
#elif defined(__aarch64__)
constexpr std::string_view clock_symbol = "__kernel_clock_gettime";
#else
#error "Faultline knows the vDSO of x86-64 and aarch64 only"
#endif

/// The tables of an ELF image in memory that nobody has relocated.
struct Image {
    const ElfW(Sym) * symbols = nullptr;
    const char* strings = nullptr;
    const std::uint32_t* hash = nullptr;     // DT_HASH, which kernels before 6.11 have
    const std::uint32_t* gnu_hash = nullptr; // DT_GNU_HASH, which those of arm64 before 6.1 lack
};

/// How many symbols there are: nothing but the hash tables tells.
std::uint32_t symbol_count(const Image& image) noexcept
{
    if (image.hash != nullptr) return image.hash[1];
    const auto bucket_count = image.gnu_hash[0];
    const auto first_symbol = image.gnu_hash[1];
    const auto* const buckets = image.gnu_hash + 4 + image.gnu_hash[2] * (sizeof(ElfW(Addr)) / sizeof(std::uint32_t));
    const auto* const chains = buckets + bucket_count;
    std::uint32_t last = 0;
    for (std::uint32_t bucket = 0; bucket < bucket_count; ++bucket)
        last = last < buckets[bucket] ? buckets[bucket] : last;
    if (last < first_symbol) return first_symbol;
    while ((chains[last - first_symbol] & 1U) == 0)
        ++last;
    return last + 1;
}

} // namespace

ClockReader find_clock(const void* header) noexcept
{
    if (header == nullptr) return nullptr;
    const auto& elf = *static_cast<const ElfW(Ehdr)*>(header);
    const auto at = reinterpret_cast<ElfW(Addr)>(header);
    const auto* const segments = reinterpret_cast<const ElfW(Phdr)*>(at + elf.e_phoff);
    ElfW(Addr) base = 0;
    const ElfW(Dyn)* dynamic = nullptr;
    bool loaded = false;
    for (int i = 0; i < elf.e_phnum; ++i) {
        const auto& segment = segments[i];
        if (segment.p_type == PT_LOAD && !loaded) {
            base = at + segment.p_offset - segment.p_vaddr;
            loaded = true;
        }
        if (segment.p_type == PT_DYNAMIC) dynamic = reinterpret_cast<const ElfW(Dyn)*>(at + segment.p_offset);
    }
    if (!loaded || dynamic == nullptr) return nullptr;
    Image image;
    for (; dynamic->d_tag != DT_NULL; ++dynamic) {
        const auto there = base + dynamic->d_un.d_ptr;
        if (dynamic->d_tag == DT_SYMTAB) image.symbols = reinterpret_cast<const ElfW(Sym)*>(there);
        if (dynamic->d_tag == DT_STRTAB) image.strings = reinterpret_cast<const char*>(there);
        if (dynamic->d_tag == DT_HASH) image.hash = reinterpret_cast<const std::uint32_t*>(there);
        if (dynamic->d_tag == DT_GNU_HASH) image.gnu_hash = reinterpret_cast<const std::uint32_t*>(there);
    }
    if (image.symbols == nullptr || image.strings == nullptr || (image.hash == nullptr && image.gnu_hash == nullptr))
        return nullptr;
    const auto count = symbol_count(image);
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto& symbol = image.symbols[i];
        if (symbol.st_shndx != SHN_UNDEF && ELF64_ST_TYPE(symbol.st_info) == STT_FUNC &&
            clock_symbol == image.strings + symbol.st_name)
            return reinterpret_cast<ClockReader>(base + symbol.st_value);
    }
    return nullptr;
}

} // namespace faultline::sys
