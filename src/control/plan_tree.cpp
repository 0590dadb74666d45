#include "control/plan_tree.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace faultline::control {

using language::Value;

Value text_value(std::string text)
{
    Value value;
    value.text = std::move(text);
    return value;
}

Value truth_value(bool truth)
{
    Value value;
    value.kind = Value::Kind::boolean;
    value.truth = truth;
    return value;
}

void put(Value& table, const std::string& key, Value value)
{
    auto at = std::ranges::lower_bound(table.entries, key, {}, [](const auto& entry) { return entry.key.name; });
    if (at == table.entries.end() || at->key.name != key) at = table.entries.insert(at, language::Entry{{key, {}}, {}});
    at->value = std::move(value);
}

std::string name_of(const Value& fault)
{
    const auto* const name = fault.find("name");
    return name == nullptr ? std::string() : name->text;
}

bool is_removed(const Value& fault) { return name_of(fault).find(removed_mark) != std::string::npos; }

std::vector<Value>& faults_of(Value& root)
{
    for (auto& entry : root.entries)
        if (entry.key.name == "fault") return entry.value.items;
    Value none;
    none.kind = Value::Kind::array;
    auto at = std::ranges::lower_bound(root.entries, std::string("fault"), {},
                                       [](const auto& entry) { return entry.key.name; });
    return root.entries.insert(at, language::Entry{{"fault", {}}, std::move(none)})->value.items;
}

Value* find(Value& root, const std::string& name)
{
    for (auto& fault : faults_of(root))
        if (name_of(fault) == name) return &fault;
    return nullptr;
}

std::set<std::string> names_in(Value& root)
{
    std::set<std::string> names;
    for (const auto& fault : faults_of(root))
        names.insert(name_of(fault));
    return names;
}

void retire(Value& root, Value& fault)
{
    const auto name = name_of(fault);
    const auto names = names_in(root);
    int number = 1;
    while (names.contains(fmt::format("{}{}{}", name, removed_mark, number)))
        ++number;
    put(fault, "name", text_value(fmt::format("{}{}{}", name, removed_mark, number)));
    put(fault, "enabled", truth_value(false));
    std::erase_if(fault.entries, [](const auto& entry) { return entry.key.name == "after_fault"; });
}

std::string unknown(Value& root, const std::string& name)
{
    std::vector<std::string> names;
    for (const auto& fault : faults_of(root))
        if (!is_removed(fault)) names.push_back(name_of(fault));
    if (names.empty()) return fmt::format("there is no fault '{}': the run has none", name);
    return fmt::format("there is no fault '{}' (there are {})", name, fmt::join(names, ", "));
}

} // namespace faultline::control
