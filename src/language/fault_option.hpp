// A fault in one word of a command line, -f 'write,pwrite:errno=ENOSPC,probability=0.1', as the table of a plan. What is
// said of it later is said in the words of the option.
#pragma once

#include "language/value.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::language {

struct FaultOption {
    std::string option;             // as it was typed
    Value table;                    // the fault; a place in it holds the option's number, and as its line the item's
    std::vector<std::string> items; // the parts of the option, the functions first; numbered from 1, 0: none of them
    std::string problem;            // what is wrong, by itself; a plan's checks come after
};

/// Turns an option into a table. `number`: which of the options it is, from 1. A fault without a name gets one that is
/// not in `names`; its name is put there.
///
///     FUNCTIONS:ITEM,ITEM…     FUNCTIONS are names, globs or @groups with commas between them.
///
/// An ITEM is key=value, or a type ("short"), or an error ("ENOSPC"). Quotes are needed only around what would be taken
/// for something else: bare words become strings, also inside of [lists] and {tables}.
[[nodiscard]] FaultOption parse_fault_option(std::string_view option, int number, std::set<std::string>& names);

/// The table as a [[fault]] of TOML, for a process that reads its plan from a file.
[[nodiscard]] std::string fault_as_toml(const Value& table);

} // namespace faultline::language
