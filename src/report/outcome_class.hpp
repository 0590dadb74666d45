// What can become of a run under a fault, as reports and explorations call it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace faultline::report {

/// Worst first, as findings are listed.
enum class Class : std::uint8_t {
#define CLASS(enumerator, name, standing, level, meaning, advice) enumerator,
#include "report/outcome_classes.def"
#undef CLASS
};

/// What it says of the program: that it misbehaves, that it is sound, or nothing.
enum class Standing : std::uint8_t { finding, sound, unknown };
enum class Level : std::uint8_t { error, warning, note, none };

struct ClassInfo {
    std::string_view name;
    Standing standing;
    Level level;
    std::string_view meaning, advice; // whole sentences
};
inline constexpr ClassInfo class_table[] = {
#define CLASS(enumerator, name, standing, level, meaning, advice)                                                      \
    {name, Standing::standing, Level::level, meaning, advice},
#include "report/outcome_classes.def"
#undef CLASS
};

inline constexpr auto class_names = [] {
    std::array<std::string_view, std::size(class_table)> names{};
    for (std::size_t i = 0; i < names.size(); ++i)
        names[i] = class_table[i].name;
    return names;
}();

[[nodiscard]] constexpr const ClassInfo& info_of(Class outcome)
{
    return class_table[static_cast<std::size_t>(outcome)];
}
[[nodiscard]] constexpr std::string_view name_of(Class outcome) { return info_of(outcome).name; }
[[nodiscard]] constexpr std::optional<Class> class_named(std::string_view name)
{
    for (std::size_t i = 0; i < class_names.size(); ++i)
        if (class_names[i] == name) return static_cast<Class>(i);
    return {};
}
/// Whether it is misbehaviour; what of it makes an exploration fail is the user's to choose.
[[nodiscard]] constexpr bool is_finding(Class outcome) { return info_of(outcome).standing == Standing::finding; }

} // namespace faultline::report
