#include "hook/resolve.hpp"

#include "calls/functions.hpp"

#include <atomic>
#include <dlfcn.h>
#include <elf.h>
#include <gnu/libc-version.h>
#include <iterator>
#include <link.h>

namespace faultline::hook {
namespace {

/// What a library exports, as its dynamic section describes it.
struct Exports {
    const ElfW(Sym) * symbols = nullptr;
    const char* strings = nullptr;
    const ElfW(Half) * versions = nullptr;
    const std::uint32_t* hash = nullptr;
    ElfW(Addr) base = 0;
};

Exports read_exports(const link_map& library) noexcept
{
    Exports found;
    found.base = library.l_addr;
    for (const ElfW(Dyn)* entry = library.l_ld; entry->d_tag != DT_NULL; ++entry) {
        // The loader has made these absolute, but for the vDSO's, which it may not write to.
        auto address = entry->d_un.d_ptr;
        if (address < library.l_addr) address += library.l_addr;
        switch (entry->d_tag) {
        case DT_SYMTAB:
            found.symbols = reinterpret_cast<const ElfW(Sym)*>(address);
            break;
        case DT_STRTAB:
            found.strings = reinterpret_cast<const char*>(address);
            break;
        case DT_VERSYM:
            found.versions = reinterpret_cast<const ElfW(Half)*>(address);
            break;
        case DT_GNU_HASH:
            found.hash = reinterpret_cast<const std::uint32_t*>(address);
            break;
        default:
            break;
        }
    }
    return found;
}

/// The exports of the first libraries after ours, which hold nearly all that is looked for. Filled by the thread that comes
/// first: racing threads write the same values, and only what is complete is read.
struct Known {
    std::atomic<const link_map*> library{nullptr};
    Exports exports;
};
constinit Known known[6];

Exports exports_of(const link_map& library, std::size_t position) noexcept
{
    if (position >= std::size(known)) return read_exports(library);
    auto& place = known[position];
    if (place.library.load(std::memory_order_acquire) == &library) return place.exports;
    const auto exports = read_exports(library);
    if (place.library.load(std::memory_order_acquire) == nullptr) {
        place.exports = exports;
        place.library.store(&library, std::memory_order_release);
    }
    return exports;
}

/// The symbol of a name: its default version, or with `hidden` one that only old programs are bound to.
const ElfW(Sym) *
    find_symbol_in(const Exports& library, std::string_view name, std::uint32_t hash, bool hidden) noexcept
{
    // The format: https://flapenguin.me/elf-dt-gnu-hash
    const auto bucket_count = library.hash[0];
    const auto first_symbol = library.hash[1];
    const auto filter_words = library.hash[2];
    const auto filter_shift = library.hash[3];
    const auto* const filter = reinterpret_cast<const ElfW(Addr)*>(library.hash + 4);
    const auto* const buckets = reinterpret_cast<const std::uint32_t*>(filter + filter_words);
    const auto* const chains = buckets + bucket_count;

    constexpr unsigned word_bits = sizeof(ElfW(Addr)) * 8;
    const auto word = filter[hash / word_bits % filter_words];
    if ((word >> hash % word_bits & word >> (hash >> filter_shift) % word_bits & 1U) == 0) return nullptr;
    constexpr ElfW(Half) hidden_bit = 0x8000;
    for (auto index = buckets[hash % bucket_count]; index >= first_symbol; ++index) {
        const auto chain = chains[index - first_symbol];
        const auto& symbol = library.symbols[index];
        const bool is_hidden = library.versions != nullptr && (library.versions[index] & hidden_bit) != 0;
        if ((chain | 1U) == (hash | 1U) && symbol.st_shndx != SHN_UNDEF && is_hidden == hidden &&
            name == library.strings + symbol.st_name)
            return &symbol;
        if ((chain & 1U) != 0) break;
    }
    return nullptr;
}

const link_map* next_of_ours() noexcept
{
    for (const link_map* library = _r_debug.r_map; library != nullptr; library = library->l_next)
        if (library->l_ld == _DYNAMIC) return library->l_next;
    return nullptr;
}

} // namespace

void* find_real(calls::Id row) noexcept
{
    const auto& name = calls::table[row].name;
    for (const bool hidden : {false, true}) {
        std::size_t position = 0;
        for (const link_map* library = next_of_ours(); library != nullptr; library = library->l_next) {
            const auto exports = exports_of(*library, position++);
            if (exports.hash == nullptr || exports.symbols == nullptr || exports.strings == nullptr) continue;
            const auto* const symbol = find_symbol_in(exports, name, calls::symbol_hashes[row], hidden);
            if (symbol == nullptr) continue;
            // Chosen by the processor at load (time, gettimeofday): only the loader can ask which one it is.
            if (ELF64_ST_TYPE(symbol->st_info) == STT_GNU_IFUNC) return dlsym(RTLD_NEXT, name.c_str());
            return reinterpret_cast<void*>(exports.base + symbol->st_value);
        }
    }
    return nullptr;
}

bool stands_before_libc() noexcept
{
    dl_find_object libc{};
    if (_dl_find_object(reinterpret_cast<void*>(&gnu_get_libc_version), &libc) != 0) return false;
    for (const link_map* library = next_of_ours(); library != nullptr; library = library->l_next)
        if (library == libc.dlfo_link_map) return true;
    return false;
}

} // namespace faultline::hook
