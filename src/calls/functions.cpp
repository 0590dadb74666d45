#include "calls/functions.hpp"

namespace faultline::calls {

/// Not defined: that a constant expression comes here is the error message.
void a_twin_has_to_stand_behind_the_row_that_bears_its_name();

namespace {

struct Functions {
    std::array<std::uint16_t, row_count> of_row{};
    std::array<Id, row_count> named{};
    std::uint16_t count = 0;
};

consteval Functions number()
{
    Functions all;
    for (std::uint16_t row = 0; row < row_count; ++row) {
        const auto& spec = table[row];
        if (spec.tracks == Tracks::starts) { // seen for `arm` alone
            all.of_row[row] = no_function;
        } else if (spec.means.empty()) {
            all.named[all.count] = Id{row};
            all.of_row[row] = all.count++;
        } else {
            const std::string_view wanted = spec.means;
            std::uint16_t bearer = row;
            while (bearer > 0 && !(table[--bearer].name == wanted)) {
            }
            if (!(table[bearer].name == wanted)) a_twin_has_to_stand_behind_the_row_that_bears_its_name();
            all.of_row[row] = all.of_row[bearer];
        }
    }
    return all;
}

constexpr Functions functions = number();

} // namespace

constexpr std::array<std::uint16_t, row_count> function_of_row = functions.of_row;

std::span<const Id> named_rows() noexcept { return {functions.named.data(), functions.count}; }

} // namespace faultline::calls
