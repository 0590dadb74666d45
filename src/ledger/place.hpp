// Where a process's record goes: the statistics file, named after a pattern, and the ledger beside it. Runs inside the
// host.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace faultline::ledger {

struct Identity;

/// The bytes of a path, with its NUL.
inline constexpr std::size_t path_room = 4096;

/// Where the record goes. Made absolute at boot, because the host may change its directory later. Texts end with a NUL.
struct Place {
    std::string_view pattern; // of the statistics file, with its % letters
    std::string_view run;     // the directory of `faultline run`, or empty
    std::string_view json;    // the statistics file
    std::string_view ledger;  // the ledger beside it
    bool for_command = false; // the files are in that directory: the command reads ledgers, so nothing is rendered
    bool none = false;        // the pattern names a device, pipe or socket: the whole tree keeps no records
};

/// The statistics file where none is named.
inline constexpr std::string_view default_pattern = "fault-stats.%p.json";

/// Sets the pattern, relative to `directory` where it is not absolute, and `none`. Boot only.
void set_pattern(std::string_view pattern, std::string_view directory, std::string_view run) noexcept;
[[nodiscard]] const Place& place() noexcept;

/// Whether something stands there that is no file. A record would replace it: root's /dev/null, say. Any time.
[[nodiscard]] bool is_special(const char* path) noexcept;

/// Names the files of a process image after a pattern, into place(). False where a name is too long. At boot, and in a
/// forked child while it has one thread.
[[nodiscard]] bool name_files(std::string_view pattern, const Identity& identity, std::int64_t started_s) noexcept;

} // namespace faultline::ledger
