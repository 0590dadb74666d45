#include "run/elf.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <gelf.h>
#include <unistd.h>
#include <utility>

namespace faultline::run {

namespace {

#if defined(__x86_64__)
constexpr int our_machine = EM_X86_64;
#elif defined(__aarch64__)
constexpr int our_machine = EM_AARCH64;
#endif

constexpr GElf_Sxword tags[] = {DT_NEEDED, DT_SONAME, DT_RPATH, DT_RUNPATH};

/// Calls `use(header, data)` for each section of that type.
template <class Use>
void each_section(Elf* elf, GElf_Word type, const Use& use)
{
    for (Elf_Scn* section = elf_nextscn(elf, nullptr); section != nullptr; section = elf_nextscn(elf, section)) {
        GElf_Shdr header;
        if (gelf_getshdr(section, &header) == nullptr || header.sh_type != type || header.sh_entsize == 0) continue;
        if (auto* const data = elf_getdata(section, nullptr)) use(header, data);
    }
}

} // namespace

void ElfFile::End::operator()(Elf* elf) const noexcept { elf_end(elf); }

ElfFile::ElfFile(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC))
{
    if (fd_ < 0) return;
    elf_version(EV_CURRENT);
    elf_.reset(elf_begin(fd_, ELF_C_READ_MMAP, nullptr));
    GElf_Ehdr header;
    if (elf_ == nullptr || elf_kind(elf_.get()) != ELF_K_ELF || gelf_getehdr(elf_.get(), &header) == nullptr) return;
    bits_ = header.e_ident[EI_CLASS] == ELFCLASS64 ? 64 : 32;
    machine_ = header.e_machine;
}

ElfFile::~ElfFile()
{
    elf_.reset();
    if (fd_ >= 0) ::close(fd_);
}

bool ElfFile::native() const noexcept { return bits_ == 64 && machine_ == our_machine; }

std::string ElfFile::interpreter() const
{
    std::size_t count = 0;
    if (!valid() || elf_getphdrnum(elf_.get(), &count) != 0) return {};
    for (std::size_t i = 0; i < count; ++i) {
        GElf_Phdr header;
        if (gelf_getphdr(elf_.get(), static_cast<int>(i), &header) == nullptr || header.p_type != PT_INTERP) continue;
        const auto* const data =
            elf_getdata_rawchunk(elf_.get(), static_cast<std::int64_t>(header.p_offset), header.p_filesz, ELF_T_BYTE);
        if (data == nullptr || data->d_buf == nullptr) return {};
        const std::string_view name(static_cast<const char*>(data->d_buf), data->d_size);
        return std::string(name.substr(0, name.find('\0')));
    }
    return {};
}

std::vector<std::string> ElfFile::dynamic(Entry entry) const
{
    std::vector<std::string> found;
    if (!valid()) return found;
    each_section(elf_.get(), SHT_DYNAMIC, [&](const GElf_Shdr& header, Elf_Data* data) {
        for (std::size_t i = 0; i < header.sh_size / header.sh_entsize; ++i) {
            GElf_Dyn each;
            if (gelf_getdyn(data, static_cast<int>(i), &each) == nullptr || each.d_tag == DT_NULL) return;
            if (each.d_tag != tags[static_cast<std::size_t>(entry)]) continue;
            if (const char* const text = elf_strptr(elf_.get(), header.sh_link, each.d_un.d_val))
                found.emplace_back(text);
        }
    });
    return found;
}

std::vector<ElfFile::Symbol> ElfFile::symbols() const
{
    std::vector<Symbol> found;
    if (!valid()) return found;
    each_section(elf_.get(), SHT_DYNSYM, [&](const GElf_Shdr& header, Elf_Data* data) {
        for (std::size_t i = 1; i < header.sh_size / header.sh_entsize; ++i) { // the first one is always empty
            GElf_Sym symbol;
            if (gelf_getsym(data, static_cast<int>(i), &symbol) == nullptr) return;
            const auto visibility = GELF_ST_VISIBILITY(symbol.st_other);
            if (GELF_ST_BIND(symbol.st_info) == STB_LOCAL || visibility == STV_HIDDEN || visibility == STV_INTERNAL)
                continue;
            const char* const name = elf_strptr(elf_.get(), header.sh_link, symbol.st_name);
            const auto type = GELF_ST_TYPE(symbol.st_info);
            if (name != nullptr && *name != '\0')
                found.push_back({name, symbol.st_shndx != SHN_UNDEF, type == STT_OBJECT || type == STT_TLS});
        }
    });
    return found;
}

bool ElfFile::has_section(std::string_view name) const
{
    std::size_t names = 0;
    if (!valid() || elf_getshdrstrndx(elf_.get(), &names) != 0) return false;
    for (Elf_Scn* section = elf_nextscn(elf_.get(), nullptr); section != nullptr;
         section = elf_nextscn(elf_.get(), section)) {
        GElf_Shdr header;
        if (gelf_getshdr(section, &header) == nullptr) continue;
        const char* const text = elf_strptr(elf_.get(), names, header.sh_name);
        if (text != nullptr && text == name) return true;
    }
    return false;
}

std::string machine_name(int machine)
{
    constexpr std::pair<int, std::string_view> names[] = {
        {EM_X86_64, "x86_64"}, {EM_386, "i386"},    {EM_AARCH64, "aarch64"}, {EM_ARM, "arm"},
        {EM_RISCV, "riscv"},   {EM_PPC64, "ppc64"}, {EM_S390, "s390"},       {EM_MIPS, "mips"}};
    for (const auto& [number, name] : names)
        if (number == machine) return std::string(name);
    return fmt::format("machine {}", machine);
}

} // namespace faultline::run
