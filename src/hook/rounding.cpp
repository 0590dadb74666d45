// What the plan parser's formatting wants of libm, where the compiler has no instruction for it (clang): libm itself would
// be one more library in every host.
#include <cmath>

extern "C" double ceil(double value) noexcept
{
    constexpr double all_whole = 0x1p52; // from here on there are no fractions
    if (!(value > -all_whole && value < all_whole)) return value;
    const auto whole = static_cast<double>(static_cast<long long>(value));
    return whole < value ? whole + 1 : whole;
}
