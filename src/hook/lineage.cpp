#include "hook/lineage.hpp"

#include "sys/text.hpp"

namespace faultline::hook {
namespace {

constinit Heirloom heirloom{};

/// The part of `rest` up to the next colon, which is taken off it with its colon.
std::string_view take_field(std::string_view& rest) noexcept
{
    const auto colon = rest.find(':');
    const auto field = rest.substr(0, colon);
    rest = colon == std::string_view::npos ? std::string_view{} : rest.substr(colon + 1);
    return field;
}

bool parse_number(std::string_view text, std::uint64_t& number) noexcept
{
    if (text.empty() || text.size() > 19) return false;
    number = 0;
    for (const char digit : text) {
        if (digit < '0' || digit > '9') return false;
        number = number * 10 + static_cast<std::uint64_t>(digit - '0');
    }
    return true;
}

} // namespace

Heirloom& own_heirloom() noexcept { return heirloom; }

bool parse_inheritance(std::string_view value, Inheritance& inheritance) noexcept
{
    auto rest = value;
    const auto lineage = take_field(rest);
    if (lineage.empty() || !inheritance.lineage.assign(lineage)) return false;
    std::uint64_t pid = 0;
    if (!parse_number(take_field(rest), inheritance.seed) || !parse_number(take_field(rest), pid)) return false;
    inheritance.replaced_pid = static_cast<int>(pid);
    inheritance.replaced_ledger = rest;
    return true;
}

void write_heirloom(std::span<char> text, const ledger::Lineage& lineage, int replaced_pid,
                    std::string_view replaced_ledger) noexcept
{
    sys::Writer{text} << lineage_variable << lineage.view() << ':' << process.seed << ':'
                      << static_cast<std::uint64_t>(replaced_pid) << ':' << replaced_ledger;
}

} // namespace faultline::hook
