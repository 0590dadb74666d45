// The plan of a run that goes on, as a tree that verbs edit: its faults by their names.
#pragma once

#include "language/value.hpp"

#include <set>
#include <string>
#include <vector>

namespace faultline::control {

/// What a removed fault is called: its name and a number, so that another one may have the name. Its counts and events
/// stay under it.
inline constexpr char removed_mark = '~';

[[nodiscard]] language::Value text_value(std::string text);
[[nodiscard]] language::Value truth_value(bool truth);
/// Gives a table's key a value.
void put(language::Value& table, const std::string& key, language::Value value);

[[nodiscard]] std::string name_of(const language::Value& fault);
[[nodiscard]] bool is_removed(const language::Value& fault);
/// The faults of a plan, in their places; an empty array is put there where it has none.
[[nodiscard]] std::vector<language::Value>& faults_of(language::Value& root);
[[nodiscard]] language::Value* find(language::Value& root, const std::string& name); // nullptr: there is none
[[nodiscard]] std::set<std::string> names_in(language::Value& root);
/// Removes a fault: it keeps its place, and gets another name.
void retire(language::Value& root, language::Value& fault);
/// What is said of a name that no fault has.
[[nodiscard]] std::string unknown(language::Value& root, const std::string& name);

} // namespace faultline::control
