#include "engine/judge.hpp"
#include "engine/numbers.hpp"

namespace faultline::engine {
namespace {

/// The sum of twelve uniform draws is normal enough for a delay, and needs no function of libm; it ends at six sigma.
double standard_normal(Sequence& sequence) noexcept
{
    double sum = -6;
    for (int i = 0; i < 12; ++i)
        sum += sequence.fraction();
    return sum;
}

/// The Pareto distribution of this mean and standard deviation: a least delay, and a heavy tail beyond it.
double pareto(double mean, double stddev, Sequence& sequence) noexcept
{
    const double ratio = mean / stddev;
    const double shape = 1 + exponential(logarithm(1 + ratio * ratio) / 2);
    return mean * (shape - 1) / shape * exponential(-logarithm(sequence.fraction()) / shape);
}

double sample(const plan::Delay& delay, Sequence& sequence) noexcept
{
    const auto mean = static_cast<double>(delay.mean);
    const auto stddev = static_cast<double>(delay.stddev);
    using enum plan::Delay::Shape;
    switch (delay.shape) {
    case normal:
        return mean + stddev * standard_normal(sequence);
    case exponential:
        return -mean * logarithm(sequence.fraction());
    case pareto:
        return engine::pareto(mean, stddev, sequence);
    default:
        return 0;
    }
}

} // namespace

std::uint64_t delay_ns(const plan::Delay& delay, const Draw& draw) noexcept
{
    using enum plan::Delay::Shape;
    if (delay.shape == none) return 0;
    if (delay.shape == fixed) return delay.low;
    Sequence sequence{draw, Draw::waits};
    if (delay.shape == uniform) return delay.low + sequence.next(delay.high - delay.low + 1);
    const double drawn = sample(delay, sequence);
    const double most = delay.high == plan::unlimited ? 9.2e18 : static_cast<double>(delay.high);
    if (drawn <= static_cast<double>(delay.low)) return delay.low;
    return static_cast<std::uint64_t>(drawn < most ? drawn : most);
}

} // namespace faultline::engine
