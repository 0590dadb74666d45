#include "run/imports.hpp"

#include "calls/functions.hpp"

#include <fmt/format.h>
#include <utility>

namespace faultline::run {

namespace {

constexpr std::pair<std::string_view, std::string_view> left_out[] = {
#define LEFT_OUT(symbol, reason) {#symbol, reason},
#include "calls/left_out.def"
#undef LEFT_OUT
};

void note(Importers& importers, const std::string& name)
{
    if (importers.empty() || importers.back() != name) importers.push_back(name); // modules come one after the other
}

} // namespace

std::string_view left_out_because(std::string_view symbol)
{
    for (const auto& [name, reason] : left_out)
        if (name == symbol) return reason;
    return {};
}

Imports sort_imports(const Modules& modules)
{
    std::set<std::string_view> exports; // of libc
    std::map<std::string_view, std::uint16_t> functions;
    for (const auto& module : modules.all)
        for (const auto& symbol : module.symbols)
            if (module.libc && symbol.defined && !symbol.data) exports.insert(symbol.name);
    for (std::size_t row = 0; row < calls::row_count; ++row)
        functions.emplace(calls::table[row].name, calls::function_of_row[row]);

    Imports imports;
    const auto named = calls::named_rows();
    std::vector<Covered> covered(named.size());
    for (const auto& module : modules.all) {
        if (module.libc) continue; // what libc calls inside is no call of the program's
        const bool is_program = &module == &modules.all.front();
        for (const auto& symbol : module.symbols) {
            const auto function = functions.find(symbol.name);
            const bool known = function != functions.end() && function->second != calls::no_function;
            if (symbol.defined) {
                if (is_program && known) imports.own.insert(calls::table[named[function->second]].name);
            } else if (known) {
                auto& entry = covered[function->second];
                entry.symbols.insert(symbol.name);
                entry.by_program = entry.by_program || is_program;
                note(entry.importers, module.name);
            } else if (function == functions.end() && exports.contains(symbol.name)) {
                const bool on_purpose = !left_out_because(symbol.name).empty();
                note((on_purpose ? imports.left_out : imports.others)[symbol.name], module.name);
            }
            if (symbol.defined) continue;
            if (symbol.name.starts_with("io_uring_")) note(imports.with_io_uring, module.name);
            if (symbol.name == "syscall") note(imports.with_syscall, module.name);
            imports.loads_more = imports.loads_more || symbol.name == "dlopen" || symbol.name == "dlmopen";
        }
    }
    for (std::size_t i = 0; i < covered.size(); ++i) {
        if (covered[i].symbols.empty()) continue;
        const auto& spec = calls::table[named[i]];
        covered[i].name = spec.name;
        covered[i].family = calls::family_names[static_cast<std::size_t>(spec.family)];
        imports.covered.push_back(std::move(covered[i]));
    }
    return imports;
}

std::vector<report::Unreached> unreached(const Modules& modules, const Imports& imports)
{
    std::vector<report::Unreached> all;
    for (const auto& [symbol, importers] : imports.left_out)
        all.push_back({symbol, std::string(left_out_because(symbol))});
    for (const auto function : imports.own)
        all.push_back({std::string(function), "the program defines it itself, and calls its own"});
    for (const auto& importer : imports.with_io_uring)
        all.push_back({fmt::format("input and output of {}", importer), "io_uring goes past libc"});
    for (const auto& module : modules.all)
        if (module.go) all.push_back({fmt::format("system calls of {}", module.name), "Go makes them past libc"});
    return all;
}

} // namespace faultline::run
