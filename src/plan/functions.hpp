// From the words of `functions` to the functions of the table, and whether what a fault wants can be had of them.
#pragma once

#include "plan/draft.hpp"

#include <optional>
#include <span>
#include <unordered_map>

namespace faultline::plan {

/// The functions of the table as users know them: rows that mean the same call are one.
class Catalogue {
public:
    struct Known {
        std::string_view name;
        const calls::Spec* spec; // the row that bears the name, which speaks for its twins
    };

    Catalogue();

    [[nodiscard]] std::span<const Known> functions() const { return functions_; } // in the table's order
    /// For each row of the table its function, or no_index where no plan can name it.
    [[nodiscard]] std::span<const std::uint16_t> function_of_row() const { return function_of_row_; }
    /// By any of its symbols.
    [[nodiscard]] std::optional<std::uint16_t> find(std::string_view symbol) const;
    /// Whatever may stand in `functions` beside globs: names, then twins, then groups.
    [[nodiscard]] const std::vector<std::string_view>& words() const { return words_; }

private:
    std::vector<Known> functions_;
    std::vector<std::uint16_t> function_of_row_;
    std::unordered_map<std::string_view, std::uint16_t> by_symbol_;
    std::vector<std::string_view> words_;
};

/// Fills `draft.members`, in the table's order.
void expand_functions(FaultDraft& draft, const Catalogue& catalogue, Remarks& remarks);

/// "read, write (and 6 more)": at most three names in full.
[[nodiscard]] std::string listed(std::span<const std::string_view> names);

} // namespace faultline::plan
