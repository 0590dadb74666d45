// What could stand at the end of a command line that is being typed: for the shells' completion (completions/).
#pragma once

#include <string>
#include <vector>

namespace faultline::cli {

/// A subcommand, or the command itself, as its parser knows it.
struct Shape {
    struct Option {
        std::vector<std::string> names; // "-c", "--config"; none: a word that is no option
        std::string type;               // "FILE", "text|json"; empty: a flag
    };
    std::string name;
    bool program = false; // its words are another program's command line
    std::vector<Option> options;
};

/// The candidates for the last of `words`, which stand behind the command's name. "<files>" alone: names of files;
/// "<command>": another program's command line.
[[nodiscard]] std::vector<std::string> completions(const std::vector<Shape>& shapes,
                                                   const std::vector<std::string>& words);

} // namespace faultline::cli
