// `corruption` of attributes: stat and its kin tell other things of a file or a file system than are so.
#include "calls/attributes.hpp"

#include "effects/data.hpp"

namespace faultline::effects {
namespace {

using sys::second;

/// Moves a time, whose nanoseconds are the four bytes behind its seconds in every structure.
void move_time(char* field, std::int64_t by_ns) noexcept
{
    std::int64_t seconds = 0;
    std::uint32_t ns = 0;
    __builtin_memcpy(&seconds, field, sizeof seconds);
    __builtin_memcpy(&ns, field + sizeof seconds, sizeof ns);
    auto rest = static_cast<std::int64_t>(ns) + by_ns % second;
    seconds += by_ns / second;
    if (rest < 0) {
        rest += second;
        --seconds;
    } else if (rest >= second) {
        rest -= second;
        ++seconds;
    }
    ns = static_cast<std::uint32_t>(rest);
    __builtin_memcpy(field, &seconds, sizeof seconds);
    __builtin_memcpy(field + sizeof seconds, &ns, sizeof ns);
}

/// Permissions alone leave the file its type.
void set_mode(char* field, std::size_t bytes, std::int64_t value) noexcept
{
    std::uint32_t mode = 0;
    __builtin_memcpy(&mode, field, bytes);
    constexpr std::uint32_t permissions = 07777;
    const auto given = static_cast<std::uint32_t>(value);
    mode = given <= permissions ? (mode & ~permissions) | given : given;
    __builtin_memcpy(field, &mode, bytes);
}

} // namespace

Word corrupt_attributes(const Invocation& invocation)
{
    const Word result = invocation.perform(invocation.words);
    const auto& spec = spec_of(invocation.call);
    if (!succeeded(spec, result)) return result;
    auto* const structure = engine::pointer<char>(invocation.call, spec.reports.where);
    const auto& plan = invocation.verdict.header->plan();
    std::uint64_t changed = 0;
    for (const auto& value : plan.view(invocation.verdict.fault->attributes)) {
        for (const auto& attribute : calls::attributes) {
            if (attribute.structure != spec.reports.what || attribute.name != calls::attributes[value.row].name)
                continue;
            char* const field = structure + attribute.offset;
            if (value.relative != 0)
                move_time(field, value.number);
            else if (attribute.notation == calls::Attribute::Notation::mode)
                set_mode(field, attribute.bytes, value.number);
            else
                __builtin_memcpy(field, &value.number, attribute.bytes);
            changed += attribute.bytes;
        }
    }
    note_transfer(invocation, changed);
    return result;
}

} // namespace faultline::effects
