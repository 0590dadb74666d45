// Libc exports one call under many names: X64, __X_chk, __X_2, __isoc99_X, X_unlocked … A program that was built
// another way imports another of them, so a function of which one name lacks a row is struck in some programs and not
// in others. This walks what this machine's libc exports.
#include "calls/functions.hpp"

#include <gelf.h>
#include <gnu/libc-version.h>
#include <gtest/gtest.h>

#include <dlfcn.h>
#include <fcntl.h>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unistd.h>
#include <vector>

namespace faultline::calls {
namespace {

std::string path_of_libc()
{
    Dl_info info{};
    return dladdr(reinterpret_cast<void*>(&gnu_get_libc_version), &info) != 0 ? info.dli_fname : "";
}

/// The functions that a library defines for others, but for those of version GLIBC_PRIVATE, which are for none but its
/// own.
std::set<std::string> exported_functions(const std::string& path)
{
    std::set<std::string> names;
    elf_version(EV_CURRENT);
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    Elf* const elf = elf_begin(fd, ELF_C_READ, nullptr);
    Elf_Data *symbols = nullptr, *versions = nullptr, *definitions = nullptr;
    GElf_Shdr symbol_header{}, definition_header{};
    for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf, section)) != nullptr;) {
        GElf_Shdr header{};
        gelf_getshdr(section, &header);
        if (header.sh_type == SHT_DYNSYM) symbols = elf_getdata(section, nullptr), symbol_header = header;
        if (header.sh_type == SHT_GNU_versym) versions = elf_getdata(section, nullptr);
        if (header.sh_type == SHT_GNU_verdef) definitions = elf_getdata(section, nullptr), definition_header = header;
    }
    std::map<int, std::string> version_names;
    if (definitions != nullptr) {
        int offset = 0;
        for (GElf_Word i = 0; i < definition_header.sh_info; ++i) {
            GElf_Verdef definition{};
            GElf_Verdaux name{};
            gelf_getverdef(definitions, offset, &definition);
            gelf_getverdaux(definitions, offset + static_cast<int>(definition.vd_aux), &name);
            version_names[definition.vd_ndx] = elf_strptr(elf, definition_header.sh_link, name.vda_name);
            offset += static_cast<int>(definition.vd_next);
        }
    }
    const int count = symbols == nullptr ? 0 : static_cast<int>(symbol_header.sh_size / symbol_header.sh_entsize);
    for (int i = 0; i < count; ++i) {
        GElf_Sym symbol{};
        gelf_getsym(symbols, i, &symbol);
        const auto type = GELF_ST_TYPE(symbol.st_info);
        if (symbol.st_shndx == SHN_UNDEF || (type != STT_FUNC && type != STT_GNU_IFUNC)) continue;
        GElf_Versym version = 0;
        if (versions != nullptr) gelf_getversym(versions, i, &version);
        if (version_names[version & 0x7fff] == "GLIBC_PRIVATE") continue;
        names.insert(elf_strptr(elf, symbol_header.sh_link, symbol.st_name));
    }
    elf_end(elf);
    close(fd);
    return names;
}

/// The names that this one may be a variant of, one step away.
std::vector<std::string> simpler(const std::string& name)
{
    std::vector<std::string> all;
    for (const std::string_view prefix : {"__isoc99_", "__isoc23_", "__libc_", "_IO_", "__"})
        if (name.starts_with(prefix) && name.size() > prefix.size()) all.push_back(name.substr(prefix.size()));
    for (const std::string_view suffix : {"_chk", "_unlocked", "_2"})
        if (name.ends_with(suffix) && name.size() > suffix.size())
            all.push_back(name.substr(0, name.size() - suffix.size()));
    for (auto at = name.find("64"); at != std::string::npos;
         at = name.find("64", at + 1)) // also readdir64_r, preadv64v2
        if (at != 0) all.push_back(name.substr(0, at) + name.substr(at + 2));
    return all;
}

/// The row that this name is a variant of, if there is one.
std::optional<std::string> intercepted_base(const std::string& name)
{
    for (const auto& base : simpler(name)) {
        if (find_symbol(base) != row_count) return base;
        if (auto further = intercepted_base(base)) return further;
    }
    return std::nullopt;
}

std::map<std::string, std::string> left_out()
{
    return {
#define LEFT_OUT(symbol, reason) {#symbol, reason},
#include "calls/left_out.def"
#undef LEFT_OUT
    };
}

TEST(Alias, EveryVariantOfAnInterceptedFunctionHasARowOrAReason)
{
    const auto exported = exported_functions(path_of_libc());
    ASSERT_GT(exported.size(), 2000U) << "the exports of " << path_of_libc() << " cannot be read";
    ASSERT_TRUE(exported.contains("read"));
    const auto reasons = left_out();
    int variants = 0;
    for (const auto& name : exported) {
        const auto base = intercepted_base(name);
        if (!base) continue;
        ++variants;
        if (find_symbol(name) == row_count && !reasons.contains(name))
            ADD_FAILURE() << name << " is a variant of " << *base
                          << ", which is intercepted, and is neither a row nor left out";
    }
    EXPECT_GT(variants, 200);
}

TEST(Alias, WhatIsLeftOutHasAReasonAndNoRow)
{
    for (const auto& [name, reason] : left_out()) {
        EXPECT_EQ(find_symbol(name), row_count) << name << " is left out, but has a row";
        EXPECT_GT(reason.size(), 8U) << name;
    }
}

} // namespace
} // namespace faultline::calls
