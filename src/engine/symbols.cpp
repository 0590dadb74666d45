#include "engine/symbols.hpp"

#include "engine/descriptors.hpp"
#include "sys/syscalls.hpp"
#include "sys/text.hpp"

#include <elf.h>
#include <sys/stat.h>

namespace faultline::engine {
namespace {

/// A file mapped for the length of a look-up.
class Image {
public:
    explicit Image(const char* path) noexcept
    {
        const int fd = sys::open(path, O_RDONLY);
        if (fd < 0) return;
        struct stat status {};
        if (sys::call(SYS_fstat, fd, sys::address(&status)) == 0 && status.st_size > 0) {
            size_ = static_cast<std::uint64_t>(status.st_size);
            bytes_ = static_cast<const char*>(sys::map(nullptr, size_, PROT_READ, MAP_PRIVATE, fd));
        }
        sys::close(fd);
    }
    ~Image()
    {
        if (bytes_ != nullptr) sys::unmap(const_cast<char*>(bytes_), size_);
    }
    Image(const Image&) = delete;
    Image& operator=(const Image&) = delete;

    /// `count` objects at an offset, or nullptr where they are not all in the file.
    template <class T>
    [[nodiscard]] const T* at(std::uint64_t offset, std::uint64_t count = 1) const noexcept
    {
        if (bytes_ == nullptr || offset > size_ || count > (size_ - offset) / sizeof(T)) return nullptr;
        return reinterpret_cast<const T*>(bytes_ + offset);
    }
    [[nodiscard]] std::string_view text(std::uint64_t offset, std::uint64_t end) const noexcept
    {
        if (bytes_ == nullptr || offset >= end || end > size_) return {};
        return sys::text_within(bytes_ + offset, end - offset);
    }

private:
    const char* bytes_ = nullptr;
    std::uint64_t size_ = 0;
};

const ElfW(Shdr) * find_section(const Image& image, const ElfW(Shdr) * sections, unsigned count, unsigned type) noexcept
{
    for (unsigned i = 0; i < count; ++i)
        if (sections[i].sh_type == type && sections[i].sh_link < count &&
            image.at<ElfW(Sym)>(sections[i].sh_offset, sections[i].sh_size / sizeof(ElfW(Sym))) != nullptr)
            return &sections[i];
    return nullptr;
}

std::string_view find_symbol(const Image& image, std::uint64_t offset) noexcept
{
    const auto* const header = image.at<ElfW(Ehdr)>(0);
    if (header == nullptr || __builtin_memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return {};
    const auto* const sections = image.at<ElfW(Shdr)>(header->e_shoff, header->e_shnum);
    if (sections == nullptr) return {};
    const auto* table = find_section(image, sections, header->e_shnum, SHT_SYMTAB);
    if (table == nullptr) table = find_section(image, sections, header->e_shnum, SHT_DYNSYM);
    if (table == nullptr) return {};
    const auto& names = sections[table->sh_link];
    const auto count = table->sh_size / sizeof(ElfW(Sym));
    const auto* const symbols = image.at<ElfW(Sym)>(table->sh_offset, count);
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto& symbol = symbols[i];
        if (ELF64_ST_TYPE(symbol.st_info) == STT_FUNC && symbol.st_shndx != SHN_UNDEF && offset >= symbol.st_value &&
            offset - symbol.st_value < symbol.st_size)
            return image.text(names.sh_offset + symbol.st_name, names.sh_offset + names.sh_size);
    }
    return {};
}

} // namespace

std::string_view symbol_at(std::uintptr_t address, std::span<char> room) noexcept
{
    const auto place = place_of(address);
    if (place.map == nullptr || !look_ups_allowed()) return {};
    const char* const file = place.map->l_name;
    const Image image(file == nullptr || *file == '\0' ? "/proc/self/exe" : file);
    auto name = find_symbol(image, place.offset);
    if (const auto version = name.find('@'); version != std::string_view::npos) name = name.substr(0, version);
    if (name.size() > room.size()) name = name.substr(0, room.size());
    __builtin_memcpy(room.data(), name.data(), name.size());
    return {room.data(), name.size()};
}

} // namespace faultline::engine
