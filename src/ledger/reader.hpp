// Opens ledgers that processes left behind or still write to. Only in the faultline command. A ledger's process was
// killed at any moment, and its file has lain about where anybody could write: nothing in it is believed before it is
// checked.
#pragma once

#include "ledger/render.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace faultline::ledger {

/// A ledger copied out of its file, in one piece, with every offset, count and index in it checked. The process may go
/// on writing to the file: the copy stays as it is.
class Copy {
public:
    [[nodiscard]] const Header& header() const noexcept { return *reinterpret_cast<const Header*>(memory_.get()); }
    /// Puts a later plan of the same run in place of the one that the process went by last: it knows all faults by the
    /// names that they have in the end. Nothing happens where it is of another shape.
    void bring_up_to(const plan::Plan& plan) noexcept;
    /// The statistics file that this ledger makes.
    [[nodiscard]] std::string json(const Ending& ending = {}) const;

private:
    struct Unmap {
        std::size_t bytes = 0;
        void operator()(std::byte* memory) const noexcept;
    };
    using Memory = std::unique_ptr<std::byte, Unmap>;
    explicit Copy(Memory memory) : memory_(std::move(memory)) {}
    friend struct Reader;
    Memory memory_;
};

struct Opened {
    std::optional<Copy> ledger;
    std::string problem; // why there is none: what follows "FILE: "
};

/// Reads the ledger at `path`.
[[nodiscard]] Opened open(const std::string& path);

/// The records in a reserve.
struct OpenedReserve {
    std::vector<Opened> records;
    std::uint32_t unrecorded = 0; // processes that asked for room in vain
    std::string problem;          // why there is nothing: what follows "FILE: "
};

/// Reads the reserve at `path`: every record that no statistics file holds.
[[nodiscard]] OpenedReserve open_reserve(const std::string& path);

/// Whether the file begins as a ledger, or a reserve, does.
[[nodiscard]] bool is_ledger(const std::string& path);
[[nodiscard]] bool is_reserve(const std::string& path);

} // namespace faultline::ledger
