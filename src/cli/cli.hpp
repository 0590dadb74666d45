// The faultline command's subcommands. To add one: a file NAME_command.cpp with a SUBCOMMAND(NAME, …) in it.
#pragma once

#include "cli/options.hpp"
#include "run/run.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::cli {

/// Exit statuses that are not the started command's own, as `env` has them.
enum Status : int { own_error = 125, cannot_run = 126, not_found = 127 };

struct Entry {
    const char* name;
    int place; // in the help: the smaller ones come first
    const char* summary;
    void (*add)(Subcommand& self);
};
/// All of them, in the order of the help.
[[nodiscard]] std::vector<Entry> subcommands();

/// A subcommand, of the name that its file has; behind it stands the body of a function which tells `self` what it takes.
#define SUBCOMMAND(name, place, summary)                                                                               \
    static void add_##name(Subcommand& self);                                                                          \
    extern const Entry entry_##name;                                                                                   \
    constinit const Entry entry_##name{#name, place, summary, add_##name};                                             \
    static void add_##name(Subcommand& self)

/// Tells on standard error what went wrong, and returns the status.
int fail(int status, std::string_view what);

/// The same for a program that did not run.
int fail(const run::Refusal& refusal, const std::string& command);

/// The value of --door, which every subcommand that has it takes so.
inline constexpr const char* door_values = "auto|preload|kernel";
[[nodiscard]] std::optional<run::Way> way_named(std::string_view door);

/// Writes a whole document to a file, or to standard output where its name is empty or "-". Empty, or
/// "cannot be written to NAME: why".
[[nodiscard]] std::string write_document(const std::string& name, std::string_view text);

/// "0.1.0 (1a2b3c4d5e6f)": what `faultline --version` says.
[[nodiscard]] std::string version();

} // namespace faultline::cli
