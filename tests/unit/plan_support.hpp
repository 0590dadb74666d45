// Helpers for the tests of src/plan: plans as text, what is said about them, and parts of a block by name.
#pragma once

#include "language/parse.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace faultline::language {

using Lines = std::vector<std::string>;

inline Lines as_lines(const std::vector<Remark>& remarks)
{
    Lines lines;
    for (const auto& remark : remarks)
        lines.push_back(remark.at("p"));
    return lines;
}

/// The mistakes of a plan, each "p:LINE:COLUMN: text".
inline Lines mistakes(std::string_view text) { return as_lines(parse(text, "/p").mistakes); }
inline Lines warnings(std::string_view text) { return as_lines(parse(text, "/p").warnings); }

/// A fault of three lines, then `more` from line 4 on.
inline std::string fault(std::string_view type, std::string_view functions, std::string_view more = "")
{
    return "[[fault]]\nname = \"x\"\ntype = \"" + std::string(type) + "\"\n" + std::string(more) +
           (more.empty() ? "" : "\n") + "functions = " + std::string(functions) + "\n";
}

/// Such a fault of type errno on write, or of another type on read.
inline std::string with(std::string_view more) { return fault("errno", "\"write\"", more); }
inline std::string with(std::string_view type, std::string_view more) { return fault(type, "\"read\"", more); }

/// A plan that must be valid.
class Valid {
public:
    explicit Valid(std::string_view text) : parsed_(parse(text, "/the/plan.toml"))
    {
        for (const auto& line : as_lines(parsed_.mistakes))
            ADD_FAILURE() << line << "\nin\n" << text;
        if (parsed_.block.empty()) parsed_ = parse(with(""), "/stand-in.toml");
    }

    [[nodiscard]] const Plan& plan() const { return parsed_.plan(); }
    [[nodiscard]] const Plan* operator->() const { return &plan(); }
    [[nodiscard]] const Fault& fault(std::size_t index = 0) const { return plan().view(plan().faults)[index]; }
    template <class T>
    [[nodiscard]] std::span<const T> view(Slice<T> slice) const
    {
        return plan().view(slice);
    }
    [[nodiscard]] std::string_view text(Text slice) const { return plan().text(slice); }
    /// The functions that the fault strikes.
    [[nodiscard]] Lines functions(std::uint16_t fault = 0) const
    {
        Lines names;
        for (const auto& function : view(plan().functions))
            for (const auto index : view(function.faults))
                if (index == fault) names.emplace_back(text(function.name));
        return names;
    }
    [[nodiscard]] std::string described(std::size_t index = 0) const { return describe(plan(), fault(index)); }

private:
    Parsed parsed_;
};

} // namespace faultline::language
