#include "effects/bytes.hpp"

#include "engine/numbers.hpp"

namespace faultline::effects {
namespace {

using engine::Sequence;

/// `share` of `whole`, where a share is a 64-bit threshold.
std::uint64_t share_of(std::uint64_t whole, plan::Chance share) noexcept
{
    if (share == plan::unlimited) return whole;
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>((static_cast<Wide>(share) * whole) >> 64U);
}

std::uint64_t amount_of(std::uint64_t whole, const plan::Amount& amount) noexcept
{
    return amount.share != 0 ? share_of(whole, amount.share) : amount.bytes;
}

/// Visits the indices in [0, n) that a rate strikes, each on its own. Draws the distances between them, so that a small
/// rate over a large buffer costs only what it hits.
template <class Visit>
void each_by_rate(std::uint64_t n, plan::Chance rate, Sequence& sequence, Visit visit) noexcept
{
    constexpr plan::Chance dense = plan::unlimited / 16;
    if (rate >= dense) {
        for (std::uint64_t i = 0; i < n; ++i)
            if (rate == plan::unlimited || sequence.next() < rate) visit(i);
        return;
    }
    const double probability = static_cast<double>(rate) * 0x1p-64;
    // ln(1 - p) as a series: exact where 1 - p would round.
    const double log_miss = -probability * (1 + probability * (1.0 / 2 + probability * (1.0 / 3 + probability / 4)));
    for (std::uint64_t i = 0;; ++i) {
        const double skip = engine::logarithm(sequence.fraction()) / log_miss;
        if (skip >= static_cast<double>(n - i)) return;
        i += static_cast<std::uint64_t>(skip);
        if (i >= n) return;
        visit(i);
    }
}

/// Visits `count` different indices in [0, n), ascending and spread over all of it: one in each of as many strata.
template <class Visit>
void each_of_count(std::uint64_t n, std::uint64_t count, Sequence& sequence, Visit visit) noexcept
{
    if (count > n) count = n;
    __extension__ using Wide = unsigned __int128;
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto from = static_cast<std::uint64_t>(static_cast<Wide>(n) * i / count);
        const auto to = static_cast<std::uint64_t>(static_cast<Wide>(n) * (i + 1) / count);
        visit(from + sequence.next(to - from));
    }
}

/// Visits a run of `count` indices in [0, n), which lies anywhere in it.
template <class Visit>
void each_of_run(std::uint64_t n, std::uint64_t count, Sequence& sequence, Visit visit) noexcept
{
    count = count == 0 ? 1 : count < n ? count : n;
    const auto from = sequence.next(n - count + 1);
    for (std::uint64_t i = 0; i < count; ++i)
        visit(from + i);
}

void swap(unsigned char& a, unsigned char& b) noexcept
{
    const auto kept = a;
    a = b;
    b = kept;
}

Damage reverse(Bytes& bytes, std::uint64_t first, std::uint64_t n, const plan::Fault& fault,
               Sequence& sequence) noexcept
{
    std::uint64_t window = amount_of(n, fault.amount);
    if (window < 2 || window > n) window = n; // one byte reversed is the same byte
    first += sequence.next(n - window + 1);
    for (std::uint64_t i = 0; i < window / 2; ++i) {
        // Two references into a scattered run would share its cursor: copy, then store.
        const auto left = bytes.at(first + i);
        const auto right = bytes.at(first + window - 1 - i);
        bytes.at(first + i) = right;
        bytes.at(first + window - 1 - i) = left;
    }
    return {first, window};
}

} // namespace

void Bytes::copy_to(char* to) const noexcept
{
    std::uint64_t copied = 0;
    for (const iovec* piece = pieces_; copied < size_; ++piece) {
        const auto n = piece->iov_len < size_ - copied ? piece->iov_len : size_ - copied;
        __builtin_memcpy(to + copied, piece->iov_base, n);
        copied += n;
    }
}

Damage damage(Bytes bytes, const plan::Fault& fault, const engine::Draw& draw) noexcept
{
    const auto first = fault.range_first;
    if (first >= bytes.size()) return {};
    const auto last = fault.range_last < bytes.size() ? fault.range_last : bytes.size() - 1;
    const auto n = last - first + 1;
    Sequence sequence{draw, engine::Draw::damage};
    if (fault.mode == plan::Mode::reverse) return reverse(bytes, first, n, fault, sequence);

    Damage done;
    const auto strike = [&](std::uint64_t index) {
        auto& byte = bytes.at(first + index);
        using enum plan::Mode;
        switch (fault.mode) {
        case random:
            byte = static_cast<unsigned char>(byte ^ (1 + sequence.next(255)));
            break;
        case zero:
            byte = 0;
            break;
        case increment:
            ++byte;
            break;
        case swap: {
            const auto neighbour = index + 1 < n ? index + 1 : index - 1;
            if (n > 1) effects::swap(byte, bytes.at(first + neighbour));
            break;
        }
        default:
            byte = static_cast<unsigned char>(byte ^ (1U << sequence.next(8)));
            break;
        }
        if (done.count++ == 0) done.first = first + index;
    };
    if (fault.contiguous)
        each_of_run(n, amount_of(n, fault.amount), sequence, strike);
    else if (fault.amount.share != 0)
        each_by_rate(n, fault.amount.share, sequence, strike);
    else
        each_of_count(n, fault.amount.bytes, sequence, strike);
    return done;
}

std::uint64_t truncated(std::uint64_t size, const plan::Fault& fault) noexcept
{
    auto lost = amount_of(size, fault.amount);
    if (lost == 0) lost = 1;
    return lost < size ? size - lost : 1;
}

std::uint64_t shortened(std::uint64_t size, const plan::Fault& fault) noexcept
{
    const auto wanted = amount_of(size, fault.amount);
    return wanted == 0 ? 1 : wanted < size ? wanted : size - 1;
}

} // namespace faultline::effects
