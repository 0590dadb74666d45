// A fault in one word of a command line, -f 'write,pwrite:errno=ENOSPC,probability=0.1', as the TOML of a plan.
// Whatever is said of it later is said in the words of the option: whoever typed it never sees the TOML.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::language {

struct FaultOption {
    std::string option;               // as it was typed
    std::string toml;                 // a [[fault]] table, empty where there is a problem
    std::vector<std::string> sources; // for each of its lines the part of the option that it comes from, or nothing
    std::string problem;              // what is wrong, by itself; a plan's checks come after
};

/// Turns an option into TOML. A fault without a name gets one that is not in `names`; its name is put there.
///
///     FUNCTIONS:ITEM,ITEM…     FUNCTIONS are names, globs or @groups with commas between them.
///
/// An ITEM is key=value, or a type ("short"), or an error ("ENOSPC"). Quotes are needed only around what would be taken
/// for something else: bare words become strings, also inside of [lists] and {tables}.
[[nodiscard]] FaultOption parse_fault_option(std::string_view option, std::set<std::string>& names);

} // namespace faultline::language
