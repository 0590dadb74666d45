#include "explore/stack.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cxxabi.h>
#include <elfutils/libdwfl.h>
#include <map>
#include <memory>
#include <mutex>

namespace faultline::explore {

namespace {

std::string demangled(const std::string& symbol)
{
    auto name = symbol.substr(0, symbol.find('@')); // "__libc_start_main@@GLIBC_2.34"
    int status = 0;
    const std::unique_ptr<char, decltype(&std::free)> text(abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status),
                                                           &std::free);
    return text != nullptr ? text.get() : std::move(name);
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

private:
    static inline char* usual_places = nullptr; // of debug files
    static inline const Dwfl_Callbacks callbacks{dwfl_build_id_find_elf, dwfl_standard_find_debuginfo,
                                                 dwfl_offline_section_address, &usual_places};

    std::unique_ptr<Dwfl, decltype(&dwfl_end)> dwfl_;
    Dwfl_Module* module_ = nullptr;
    Dwarf_Addr bias_ = 0;
};

} // namespace

Symbol symbol_of(const Frame& frame)
{
    static std::mutex mutex; // libdw takes one thread at a time
    static std::map<std::string, ModuleFile> modules;
    if (!frame.module.starts_with('/') || frame.offset == 0) return {}; // no file, or the tail of a long path
    const std::lock_guard lock(mutex);
    const auto& module = modules.try_emplace(frame.module, frame.module).first->second;
    if (frame.exact) return module.symbol_at(frame.offset);
    // Behind a call that does not return begins another line, or another function.
    auto symbol = module.symbol_at(frame.offset - 1);
    symbol.offset += symbol.function.empty() ? 0 : 1;
    return symbol;
}

report::Frame described(const Frame& frame)
{
    auto symbol = symbol_of(frame);
    return {frame.module, frame.offset, std::move(symbol.function), std::move(symbol.file), symbol.line};
}

std::string text_of(const Frame& frame) { return report::words(report::Frame{frame.module, frame.offset, {}, {}, 0}); }
std::string long_text_of(const Frame& frame) { return report::words(described(frame), true); }
std::string short_text_of(const Frame& frame) { return report::words(described(frame)); }

bool before_program(const std::vector<Frame>& stack)
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

bool in_runtime(const Frame& frame) { return report::in_runtime(frame.module); }

std::vector<Frame> own_frames(const std::vector<Frame>& stack, std::size_t most)
{
    std::vector<Frame> own;
    const auto outermost = stack.empty() ? std::string() : symbol_of(stack.back()).function;
    for (const auto& frame : stack) {
        if (own.size() == most) break;
        if (!in_runtime(frame) && !report::in_go_library(symbol_of(frame).function, outermost)) own.push_back(frame);
    }
    if (own.empty() && !stack.empty()) own.push_back(stack.front());
    return own;
}

} // namespace faultline::explore
