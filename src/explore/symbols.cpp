#include "explore/symbols.hpp"

#include "explore/finding.hpp"

#include <cstdlib>
#include <cxxabi.h>
#include <elfutils/libdwfl.h>
#include <fmt/format.h>
#include <map>

namespace faultline::explore {

namespace {

std::string demangled(const char* name)
{
    int status = 0;
    char* const plain = abi::__cxa_demangle(name, nullptr, nullptr, &status);
    std::string result = status == 0 && plain != nullptr ? plain : name;
    std::free(plain);
    return result;
}

} // namespace

struct Symbols::Modules {
    struct Module {
        Dwfl* dwfl = nullptr;
        Dwfl_Module* module = nullptr;
        Dwarf_Addr bias = 0;
    };
    std::map<std::string, Module> open;

    const Module& at(const std::string& path)
    {
        const auto [place, is_new] = open.try_emplace(path);
        auto& module = place->second;
        if (!is_new) return module;
        static char* no_path = nullptr;
        static const Dwfl_Callbacks callbacks{nullptr, dwfl_standard_find_debuginfo, dwfl_offline_section_address,
                                              &no_path};
        module.dwfl = dwfl_begin(&callbacks);
        if (module.dwfl == nullptr) return module;
        module.module = dwfl_report_offline(module.dwfl, "", path.c_str(), -1);
        dwfl_report_end(module.dwfl, nullptr, nullptr);
        if (module.module != nullptr) static_cast<void>(dwfl_module_getelf(module.module, &module.bias));
        return module;
    }
};

Symbols::Symbols() : modules_(std::make_unique<Modules>()) {}

Symbols::~Symbols()
{
    for (const auto& [path, module] : modules_->open)
        if (module.dwfl != nullptr) dwfl_end(module.dwfl);
}

Symbol Symbols::of(const Frame& frame)
{
    Symbol symbol;
    if (!frame.module.starts_with('/')) return symbol; // the tail of a long path, or no file
    const auto& module = modules_->at(frame.module);
    if (module.module == nullptr) return symbol;
    // A return address belongs to the call before it, which may be the last instruction of its function.
    const auto address = frame.offset - 1 + module.bias;
    if (const char* const name = dwfl_module_addrname(module.module, address)) symbol.function = demangled(name);
    int line = 0;
    auto* const source = dwfl_module_getsrc(module.module, address);
    const char* const file =
        source == nullptr ? nullptr : dwfl_lineinfo(source, nullptr, &line, nullptr, nullptr, nullptr);
    if (file != nullptr) {
        symbol.file = file;
        symbol.line = line;
    }
    return symbol;
}

std::string Symbols::text_of(const Frame& frame)
{
    const auto place = explore::text_of(frame);
    const auto symbol = of(frame);
    if (symbol.function.empty()) return place;
    const auto slash = symbol.file.rfind('/');
    return symbol.file.empty()
               ? fmt::format("{} ({})", symbol.function, place)
               : fmt::format("{} at {}:{} ({})", symbol.function,
                             symbol.file.substr(slash == std::string::npos ? 0 : slash + 1), symbol.line, place);
}

} // namespace faultline::explore
