#include "language/suggest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

namespace faultline::language {

namespace {

constexpr std::size_t longest_word = 64; // nothing valid is longer

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// Optimal string alignment: edits with neighbours swapped as one.
std::size_t distance(std::string_view a, std::string_view b)
{
    using Row = std::array<std::size_t, longest_word + 1>;
    Row two_above{};
    Row above{};
    Row row{};
    for (std::size_t j = 0; j <= b.size(); ++j)
        row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        two_above = above;
        above = row;
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const bool same = lower(a[i - 1]) == lower(b[j - 1]);
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : 1)});
            const bool swapped =
                i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]);
            if (swapped) row[j] = std::min(row[j], two_above[j - 2] + 1);
        }
    }
    return row[b.size()];
}

} // namespace

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates)
{
    if (word.empty() || word.size() > longest_word) return {};
    // About one edit in three letters: "wirte" is near to write, "peer" is not near to path.
    const auto allowed = std::clamp<std::size_t>((word.size() + 1) / 3, 1, 3);
    auto best_distance = allowed + 1;
    std::string_view best;
    for (const auto candidate : candidates) {
        if (candidate.size() > word.size() + allowed || candidate.size() + allowed < word.size()) continue;
        if (candidate.size() > longest_word) continue;
        const auto edits = distance(word, candidate);
        if (edits >= best_distance || edits >= std::max(word.size(), candidate.size())) continue;
        best = candidate;
        best_distance = edits;
    }
    return best;
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates)
{
    const auto near = nearest(word, candidates);
    return near.empty() ? "" : fmt::format(" (did you mean '{}'?)", near);
}

std::string in_quotes(std::string_view text)
{
    constexpr std::size_t most_shown = 60;
    std::string shown = "'";
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const bool begins_character = (byte & 0xc0U) != 0x80U; // never cut inside a UTF-8 sequence
        if (i >= most_shown && begins_character) {
            shown += "…";
            break;
        }
        if (byte < 0x20 || byte == 0x7f)
            shown += fmt::format("\\x{:02x}", byte);
        else
            shown += text[i];
    }
    return shown + "'";
}

std::string one_of(std::span<const std::string_view> words, std::string_view conjunction)
{
    std::string list;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i != 0) list += i + 1 == words.size() ? fmt::format(" {} ", conjunction) : ", ";
        list += words[i];
    }
    return list;
}

} // namespace faultline::language
