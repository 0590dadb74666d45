#include "subjects.hpp"

#include <fstream>
#include <set>
#include <sstream>

namespace rows {

std::vector<Subject> subjects(std::string_view family, std::vector<std::string>& wrong)
{
    std::map<std::string, const Case*> by_symbol;
    for (const auto cases : tables[family])
        for (const auto& test : cases) {
            std::istringstream symbols(test.symbols);
            for (std::string symbol; symbols >> symbol;)
                if (!by_symbol.emplace(symbol, &test).second) wrong.push_back(symbol + " has two cases");
        }
    std::vector<Subject> all;
    for (std::uint16_t row = 0; row < calls::row_count; ++row) {
        const auto& spec = calls::table[row];
        if (calls::family_names[static_cast<std::size_t>(spec.family)] != family) continue;
        const auto found = by_symbol.find(spec.name.c_str());
        if (found == by_symbol.end()) {
            wrong.push_back(std::string(spec.name.c_str()) + " has no case");
            continue;
        }
        all.push_back({calls::Id{row}, found->second});
        by_symbol.erase(found);
    }
    for (const auto& [symbol, test] : by_symbol)
        wrong.push_back(symbol + " is no row of " + std::string{family});
    return all;
}

void compare_exports(const char* exports, std::vector<std::string>& wrong)
{
    std::set<std::string> exported;
    std::ifstream file(exports);
    for (std::string line; std::getline(file, line);) {
        const auto start = line.find_first_not_of(' ');
        if (start == 4 && line.ends_with(';')) exported.insert(line.substr(start, line.size() - start - 1));
    }
    for (const auto& spec : calls::table)
        if (exported.erase(spec.name.c_str()) == 0)
            wrong.push_back(std::string(spec.name.c_str()) + " is not exported");
    std::erase_if(exported, [](const std::string& symbol) { return symbol.starts_with("faultline_"); }); // our own
    for (const auto& symbol : exported)
        wrong.push_back(symbol + " is exported, but is no row");
}

} // namespace rows
