#include "report/stack.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cxxabi.h>
#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <map>
#include <memory>
#include <mutex>
#include <string_view>

namespace faultline::report {

namespace {

using Scopes = std::unique_ptr<Dwarf_Die, decltype(&std::free)>;

std::string demangled(const std::string& symbol)
{
    auto name = symbol.substr(0, symbol.find('@')); // "__libc_start_main@@GLIBC_2.34"
    int status = 0;
    const std::unique_ptr<char, decltype(&std::free)> text(abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status),
                                                           &std::free);
    return text != nullptr ? text.get() : std::move(name);
}

/// The linker's name of a function, by which C++ says more, or its plain one.
std::string name_of(Dwarf_Die& function)
{
    Dwarf_Attribute attribute;
    const char* name = nullptr;
    for (const unsigned each : {DW_AT_linkage_name, DW_AT_name})
        if (name == nullptr && dwarf_attr_integrate(&function, each, &attribute) != nullptr)
            name = dwarf_formstring(&attribute);
    return name == nullptr ? "" : demangled(name);
}

/// Where a function that is inlined was called, into `file` and `line`.
void read_call(Dwarf_Die& unit, Dwarf_Die& inlined, Symbol& into)
{
    Dwarf_Attribute attribute;
    Dwarf_Word number = 0;
    Dwarf_Files* files = nullptr;
    into.line = 0;
    into.file.clear();
    if (dwarf_formudata(dwarf_attr(&inlined, DW_AT_call_line, &attribute), &number) == 0)
        into.line = static_cast<int>(number);
    if (dwarf_formudata(dwarf_attr(&inlined, DW_AT_call_file, &attribute), &number) == 0 &&
        dwarf_getsrcfiles(&unit, &files, nullptr) == 0)
        if (const char* const name = dwarf_filesrc(files, number, nullptr, nullptr)) into.file = name;
}

bool is_of_libraries(const std::string& file)
{
    return file.starts_with("/usr/include/") || file.starts_with("/usr/lib/gcc/");
}

/// One file, as it lies on the disk.
class ModuleFile {
public:
    explicit ModuleFile(const std::string& path) : dwfl_(dwfl_begin(&callbacks), &dwfl_end)
    {
        if (dwfl_ == nullptr) return;
        module_ = dwfl_report_offline(dwfl_.get(), "", path.c_str(), -1);
        dwfl_report_end(dwfl_.get(), nullptr, nullptr);
        // libdwfl lays the file somewhere in a made-up address space; the bias leads there.
        if (module_ != nullptr && dwfl_module_getelf(module_, &bias_) == nullptr) module_ = nullptr;
    }

    [[nodiscard]] Symbol symbol_at(std::uint64_t offset) const
    {
        Symbol symbol;
        if (module_ == nullptr) return symbol;
        const Dwarf_Addr address = offset + bias_;
        GElf_Off in_function = 0;
        GElf_Sym found{};
        if (const char* const name =
                dwfl_module_addrinfo(module_, address, &in_function, &found, nullptr, nullptr, nullptr)) {
            symbol.function = demangled(name);
            symbol.offset = in_function;
        }
        if (auto* const line = dwfl_module_getsrc(module_, address); line != nullptr) {
            const char* const file = dwfl_lineinfo(line, nullptr, &symbol.line, nullptr, nullptr, nullptr);
            symbol.file = file == nullptr ? "" : file;
        }
        return symbol;
    }

    /// The symbol there, and before it the functions that are inlined, innermost first.
    [[nodiscard]] std::vector<Symbol> symbols_at(std::uint64_t offset) const
    {
        std::vector<Symbol> all{symbol_at(offset)};
        Dwarf_Addr bias = 0;
        auto* const unit = module_ == nullptr ? nullptr : dwfl_module_addrdie(module_, offset + bias_, &bias);
        if (unit == nullptr) return all;
        Dwarf_Die* found = nullptr;
        if (dwarf_getscopes(unit, offset + bias_ - bias, &found) <= 0) return all;
        const Scopes innermost(found, &std::free);
        // Behind one that is inlined those come that its source stands in; this asks for what its code stands in.
        Dwarf_Die place = *innermost;
        const int count = dwarf_getscopes_die(&place, &found);
        if (count <= 0) return all;
        const Scopes scopes(found, &std::free);
        for (int i = 0; i < count; ++i) {
            auto& scope = scopes.get()[i];
            if (dwarf_tag(&scope) != DW_TAG_inlined_subroutine) continue;
            auto outer = all.back();
            read_call(*unit, scope, outer);
            all.back().function = name_of(scope);
            if (is_of_libraries(all.back().file)) all.pop_back();
            all.push_back(std::move(outer));
        }
        return all;
    }

private:
    static inline char* usual_places = nullptr; // of debug files
    static inline const Dwfl_Callbacks callbacks{dwfl_build_id_find_elf, dwfl_standard_find_debuginfo,
                                                 dwfl_offline_section_address, &usual_places};

    std::unique_ptr<Dwfl, decltype(&dwfl_end)> dwfl_;
    Dwfl_Module* module_ = nullptr;
    Dwarf_Addr bias_ = 0;
};

} // namespace

namespace {

/// The symbol of a frame, all of it empty where the module cannot be read, and before it, if they are wanted, the
/// functions that are inlined there.
std::vector<Symbol> symbols_of(const Address& frame, bool inlined)
{
    static std::mutex mutex; // libdw takes one thread at a time
    static std::map<std::string, ModuleFile> modules;
    if (!frame.module.starts_with('/') || frame.offset == 0) return {Symbol()}; // no file, or the tail of a long path
    const std::lock_guard lock(mutex);
    const auto& module = modules.try_emplace(frame.module, frame.module).first->second;
    // Behind a call that does not return begins another line, or another function.
    const auto at = frame.exact ? frame.offset : frame.offset - 1;
    auto symbols = inlined ? module.symbols_at(at) : std::vector<Symbol>{module.symbol_at(at)};
    for (auto& symbol : symbols)
        symbol.offset += frame.exact || symbol.function.empty() ? 0 : 1;
    return symbols;
}

} // namespace

Symbol symbol_of(const Address& frame) { return symbols_of(frame, false).front(); }

std::vector<Frame> described_inlined(const Address& frame)
{
    std::vector<Frame> all;
    for (auto& symbol : symbols_of(frame, true))
        all.push_back({frame.module, frame.offset, std::move(symbol.function), std::move(symbol.file), symbol.line});
    return all;
}

Frame described(const Address& frame) { return described_inlined(frame).front(); }

std::vector<Frame> described_stack(const std::vector<Address>& stack)
{
    std::vector<Frame> frames;
    for (const auto& frame : stack)
        if (frame.module.find("/libfaultline.so") == std::string::npos)
            for (auto& each : described_inlined(frame))
                frames.push_back(std::move(each));
    return frames;
}

std::string text_of(const Address& frame) { return words(Frame{frame.module, frame.offset, {}, {}, 0}); }
std::string long_text_of(const Address& frame) { return words(described(frame), true); }
std::string short_text_of(const Address& frame) { return words(described(frame)); }

bool before_program(const std::vector<Address>& stack)
{
    constexpr std::array<std::string_view, 4> of_program{"__libc_start_call_main", "main", "call_init",
                                                         "__libc_csu_init"};
    bool starts = false;
    for (const auto& frame : stack) {
        const auto function = symbol_of(frame).function;
        if (std::ranges::find(of_program, function) != of_program.end()) return false;
        starts = starts || function.starts_with("__libc_start_main");
    }
    return starts;
}

bool in_runtime(const Address& frame) { return in_runtime(frame.module); }

std::vector<Address> own_frames(const std::vector<Address>& stack, std::size_t most)
{
    std::vector<Address> own;
    const auto outermost = stack.empty() ? std::string() : symbol_of(stack.back()).function;
    for (const auto& frame : stack) {
        if (own.size() == most) break;
        if (!in_runtime(frame) && !in_go_library(symbol_of(frame).function, outermost)) own.push_back(frame);
    }
    if (own.empty() && !stack.empty()) own.push_back(stack.front());
    return own;
}

} // namespace faultline::report
