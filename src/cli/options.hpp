// The command line: a thin front of CLI11, which only options.cpp includes (it takes ten seconds to compile).
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace faultline::cli {

/// What a subcommand takes. Variables are filled before its action runs, and have to live until then: an action that
/// holds them does.
class Subcommand {
public:
    /// "-c,--config": an option with a value, which `type` stands for in the help.
    void option(const char* names, std::string& value, const char* help, const char* type);
    /// The same, and it may be given several times.
    void option(const char* names, std::vector<std::string>& values, const char* help, const char* type);
    /// The same, with one value or more behind it each time.
    void list(const char* names, std::vector<std::string>& values, const char* help, const char* type);
    void flag(const char* names, bool& value, const char* help);
    /// --format text|json, or others; --json for short.
    void format(std::string& value, const std::vector<std::string>& formats = {"text", "json"});
    /// The words that are no options: one that has to be there, at least one of them, any number.
    void word(const char* name, std::string& value, const char* help);
    void words(const char* name, std::vector<std::string>& values, const char* help);
    void optional_words(const char* name, std::vector<std::string>& values, const char* help);
    /// A command line of another program: all behind "--", or from the first word on that is no option.
    void program(std::vector<std::string>& command);
    /// The same for one that may be left out and stands only behind "--", as the words before it have another meaning.
    void program_behind(std::vector<std::string>& command);
    void footer(const char* text);
    /// What it does; the exit status.
    void action(std::function<int()> what);

private:
    struct Parser;
    explicit Subcommand(Parser& parser) : parser_(parser) {}
    friend int parse_and_run(int argc, char** argv);
    Parser& parser_;
};

/// Finds the subcommand that a command line asks for, parses the rest and runs it. Returns the exit status. Usage
/// errors are Faultline's own, 125, whatever the parser would have them be.
[[nodiscard]] int parse_and_run(int argc, char** argv);

} // namespace faultline::cli
