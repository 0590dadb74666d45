#include "door/code_file.hpp"

#include <array>
#include <cstdlib>
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <gelf.h>
#include <memory>
#include <span>
#include <unistd.h>

namespace faultline::door {
namespace {

constexpr int reg_bp = 6, reg_sp = 7, reg_pc = 16; // as DWARF numbers them on x86-64

using Frame = std::unique_ptr<Dwarf_Frame, decltype(&std::free)>;

Frame frame_at(Dwarf_CFI* eh_frame, Dwarf_CFI* debug_frame, std::uint64_t address)
{
    Dwarf_Frame* found = nullptr;
    for (auto* const cfi : {eh_frame, debug_frame})
        if (cfi != nullptr && dwarf_cfi_addrframe(cfi, address, &found) == 0) return {found, &std::free};
    return {nullptr, &std::free};
}

struct Value {
    std::optional<std::uint64_t> number;
    bool lacks_bp = false;
};

/// What an expression of CFI yields. Only the few operations that compilers write for frames are known.
Value evaluate(std::span<const Dwarf_Op> operations, const Registers& frame, std::optional<std::uint64_t> cfa,
               const ReadWord& read)
{
    std::array<std::uint64_t, 8> stack{};
    std::size_t depth = 0;
    const auto push = [&](std::uint64_t value) {
        if (depth == stack.size()) return false;
        stack[depth++] = value;
        return true;
    };
    for (const auto& each : operations) {
        bool known = true;
        if (each.atom == DW_OP_call_frame_cfa) {
            known = cfa && push(*cfa);
        } else if (each.atom == DW_OP_bregx || (each.atom >= DW_OP_breg0 && each.atom <= DW_OP_breg31)) {
            const bool x = each.atom == DW_OP_bregx;
            const auto number = x ? each.number : each.atom - static_cast<std::uint64_t>(DW_OP_breg0);
            const auto offset = x ? each.number2 : each.number;
            if (number == reg_bp && !frame.bp) return {std::nullopt, true};
            known = (number == reg_bp && push(*frame.bp + offset)) || (number == reg_sp && push(frame.sp + offset)) ||
                    (number == reg_pc && push(frame.pc + offset));
        } else if (each.atom >= DW_OP_lit0 && each.atom <= DW_OP_lit31) {
            known = push(each.atom - static_cast<std::uint64_t>(DW_OP_lit0));
        } else if (depth != 0 && each.atom == DW_OP_plus_uconst) {
            stack[depth - 1] += each.number;
        } else if (depth != 0 && each.atom == DW_OP_deref) {
            const auto word = read(stack[depth - 1]);
            known = word.has_value();
            stack[depth - 1] = word.value_or(0);
        } else {
            known = depth != 0 && each.atom == DW_OP_stack_value;
        }
        if (!known) return {};
    }
    return depth == 0 ? Value{} : Value{stack[depth - 1], false};
}

/// Where a register of the caller's is kept, or what it is.
struct Rule {
    enum class Kind : std::uint8_t { undefined, same, at, is, unknown } kind = Kind::unknown;
    std::uint64_t value = 0;
};

Rule rule_of(Dwarf_Frame* frame, int number, const Registers& registers, std::uint64_t cfa, const ReadWord& read)
{
    Dwarf_Op room[3];
    Dwarf_Op* operations = nullptr;
    std::size_t count = 0;
    if (dwarf_frame_register(frame, number, room, &operations, &count) != 0) return {};
    if (count == 0) return {operations == nullptr ? Rule::Kind::same : Rule::Kind::undefined, 0};
    const auto value = evaluate({operations, count}, registers, cfa, read).number;
    if (!value) return {};
    return {operations[count - 1].atom == DW_OP_stack_value ? Rule::Kind::is : Rule::Kind::at, *value};
}

} // namespace

CodeFile::CodeFile(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK))
{
    if (fd_ < 0) return;
    elf_version(EV_CURRENT);
    elf_ = elf_begin(fd_, ELF_C_READ_MMAP, nullptr);
    if (elf_ == nullptr || elf_kind(elf_) != ELF_K_ELF) return;
    eh_frame_ = dwarf_getcfi_elf(elf_);
    dwarf_ = dwarf_begin_elf(elf_, DWARF_C_READ, nullptr);
    if (dwarf_ != nullptr) debug_frame_ = dwarf_getcfi(dwarf_);
}

CodeFile::~CodeFile()
{
    if (eh_frame_ != nullptr) dwarf_cfi_end(eh_frame_);
    if (dwarf_ != nullptr) dwarf_end(dwarf_);
    if (elf_ != nullptr) elf_end(elf_);
    if (fd_ >= 0) ::close(fd_);
}

std::uint64_t CodeFile::address_of(std::uint64_t file_offset) const
{
    std::size_t count = 0;
    if (elf_ == nullptr || elf_getphdrnum(elf_, &count) != 0) return file_offset;
    for (std::size_t i = 0; i < count; ++i) {
        GElf_Phdr segment{};
        if (gelf_getphdr(elf_, static_cast<int>(i), &segment) == nullptr || segment.p_type != PT_LOAD) continue;
        if (file_offset >= segment.p_offset && file_offset < segment.p_offset + segment.p_filesz)
            return file_offset - segment.p_offset + segment.p_vaddr;
    }
    return file_offset;
}

std::optional<CodeFile::Function> CodeFile::function_at(std::uint64_t address) const
{
    if (elf_ == nullptr) return std::nullopt;
    Elf_Scn* section = nullptr;
    while ((section = elf_nextscn(elf_, section)) != nullptr) {
        GElf_Shdr header{};
        if (gelf_getshdr(section, &header) == nullptr || header.sh_entsize == 0) continue;
        if (header.sh_type != SHT_SYMTAB && header.sh_type != SHT_DYNSYM) continue;
        auto* const data = elf_getdata(section, nullptr);
        if (data == nullptr) continue;
        for (std::size_t i = 0; i < header.sh_size / header.sh_entsize; ++i) {
            GElf_Sym symbol{};
            if (gelf_getsym(data, static_cast<int>(i), &symbol) == nullptr) break;
            if (GELF_ST_TYPE(symbol.st_info) != STT_FUNC || symbol.st_shndx == SHN_UNDEF) continue;
            if (address < symbol.st_value || address >= symbol.st_value + symbol.st_size) continue;
            const char* const name = elf_strptr(elf_, header.sh_link, symbol.st_name);
            return Function{name == nullptr ? "" : name, symbol.st_value};
        }
    }
    return std::nullopt;
}

CodeFile::Step CodeFile::step(Registers& frame, std::uint64_t bias, const ReadWord& read) const
{
    // One byte before, for a call may be its function's last instruction.
    const auto found = frame_at(eh_frame_, debug_frame_, frame.pc - bias - 1);
    if (found == nullptr) return Step::unknown;
    Dwarf_Op* operations = nullptr;
    std::size_t count = 0;
    if (dwarf_frame_cfa(found.get(), &operations, &count) != 0 || count == 0) return Step::unknown;
    const auto cfa = evaluate({operations, count}, frame, std::nullopt, read);
    if (cfa.lacks_bp) return Step::needs_bp;
    if (!cfa.number) return Step::unknown;
    const auto back = rule_of(found.get(), reg_pc, frame, *cfa.number, read);
    if (back.kind == Rule::Kind::undefined) return Step::outermost;
    const auto pc = back.kind == Rule::Kind::at ? read(back.value) : std::nullopt;
    if (!pc) return Step::unknown;
    const auto bp = rule_of(found.get(), reg_bp, frame, *cfa.number, read);
    if (bp.kind == Rule::Kind::at)
        frame.bp = read(bp.value);
    else if (bp.kind != Rule::Kind::same)
        frame.bp = bp.kind == Rule::Kind::is ? std::optional(bp.value) : std::nullopt;
    frame.slot = back.value;
    frame.pc = *pc;
    frame.sp = *cfa.number;
    return *pc == 0 ? Step::outermost : Step::done;
}

std::optional<std::uint64_t> CodeFile::frame_size(std::uint64_t pc, std::uint64_t bias, const ReadWord& read) const
{
    const auto frame = frame_at(eh_frame_, debug_frame_, pc - bias - 1);
    Dwarf_Addr start = 0;
    if (frame == nullptr || dwarf_frame_info(frame.get(), &start, nullptr, nullptr) < 0) return std::nullopt;
    // From here on the frame pointer stands. What follows is what GCC and Clang write: pushes, and one subtraction.
    std::uint64_t bytes = 0;
    for (auto at = start + bias;;) {
        const auto code = read(at);
        if (!code) return std::nullopt;
        const auto byte = [&](unsigned i) { return static_cast<unsigned>(*code >> (8 * i) & 0xffU); };
        constexpr unsigned push = 0x50, wide = 0x41, rex = 0x48, by_byte = 0x83, by_word = 0x81, from_sp = 0xec;
        if (byte(0) >= push && byte(0) < push + 8) {
            at += 1;
            bytes += 8;
        } else if (byte(0) == wide && byte(1) >= push && byte(1) < push + 8) {
            at += 2;
            bytes += 8;
        } else if (byte(0) == rex && byte(1) == by_byte && byte(2) == from_sp) {
            return bytes + byte(3);
        } else if (byte(0) == rex && byte(1) == by_word && byte(2) == from_sp) {
            return bytes + (*code >> 24U & 0xffff'ffffU);
        } else {
            return bytes;
        }
    }
}

} // namespace faultline::door
