// A plan is compiled once. `faultline run` hands the processes of its tree the block in a file, and a process that read
// TOML hands it on in its ledger, where a plan lies anyway: a header, and the block behind it.
#pragma once

#include "plan/plan.hpp"

#include <string_view>

namespace faultline::plan {

/// Names the file that holds the compiled plan. FAULT_CONFIG still says that there is a plan, and which: a TOML file, or
/// such a file itself where there is no TOML.
inline constexpr std::string_view block_variable = "FAULT_PLAN";

/// The TOML file that a plan was read from, as the system describes it. Without any: the plan is in none.
struct TomlFile {
    std::int64_t s = 0, ns = 0; // when it was last changed
    std::uint64_t bytes = 0;

    bool operator==(const TomlFile&) const = default;
};

/// What stands before the block.
struct BlockHeader {
    std::uint64_t magic;
    std::uint64_t library;  // which one it is for: see library_identity()
    std::uint64_t checksum; // of the block as it was made, and of `toml`
    std::uint64_t bytes;    // of the block
    TomlFile toml;
    std::uint64_t unused;
};
static_assert(sizeof(BlockHeader) == 64);
inline constexpr std::uint64_t block_magic = 0x314e'414c'5046'0a1b; // "\x1b\nFPLAN1": no TOML begins so
inline constexpr std::uint64_t most_block_bytes = std::uint64_t{1} << 26U;

/// What stands at a path; nothing where that cannot be seen. Any time.
[[nodiscard]] TomlFile examine(const char* path) noexcept;

/// Tells libraries apart between which blocks must not be exchanged: by version, rows, words and layout.
[[nodiscard]] std::uint64_t library_identity() noexcept;

[[nodiscard]] BlockHeader describe_block(const Plan& plan, const TomlFile& toml) noexcept;

enum class Fit : std::uint8_t {
    fits,
    no_block, // there is no such file, or it holds something else
    foreign,  // another library made it
    damaged,
    stale, // it was made from another TOML file, or that one has changed
};

struct Handed {
    Fit fit = Fit::no_block;
    Plan* plan = nullptr; // where it fits, for the life of the process, to be written to
    BlockHeader header{};
};

/// Reads the plan that a file or ledger holds, into memory of our own: what was checked is what is used, whatever becomes
/// of the file. `config`: the absolute path of FAULT_CONFIG, which the block must have been made from; a TOML file that
/// cannot be seen counts as unchanged. Any time, though it maps memory.
[[nodiscard]] Handed read_block(const char* path, std::string_view config) noexcept;
/// The same of an open file, whose offset stays where it is.
[[nodiscard]] Handed read_block(int fd, std::string_view config) noexcept;

/// Where a ledger holds the header.
inline constexpr std::uint64_t block_in_ledger = 4096 - sizeof(BlockHeader);

} // namespace faultline::plan
