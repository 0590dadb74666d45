#include "cli/list.hpp"

#include "calls/errors.hpp"
#include "calls/functions.hpp"
#include "language/fault_option.hpp"
#include "language/parse.hpp"
#include "report/terminal.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace faultline::cli {

namespace {

using report::counted, report::table, report::wrapped;

using calls::Spec;

const Spec& spec_of(std::string_view name) { return calls::table[calls::find_symbol(name)]; }

Names twins(const Spec& spec)
{
    Names names;
    for (const auto& other : calls::table)
        if (std::string_view{other.means} == std::string_view{spec.name}) names.push_back(other.name);
    return names;
}

std::vector<std::string> groups_of(const Spec& spec)
{
    std::vector<std::string> names;
    for (const auto group : groups())
        if (calls::in_group(spec, group)) names.push_back(fmt::format("@{}", group));
    return names;
}

Names error_names(const calls::Errors& errors)
{
    Names names;
    for (const auto code : errors)
        names.push_back(calls::error_name(code));
    return names;
}

struct FailureWords {
    std::string_view brief, full;
};

FailureWords failure(const Spec& spec)
{
    using enum calls::Failure::Returns;
    switch (spec.fails.returns) {
    case minus_one:
        return {"-1", "returns -1 (or EOF, MAP_FAILED, SIG_ERR) and sets errno"};
    case null:
        return {"NULL", "returns a null pointer and sets errno"};
    case zero:
        return {"0", "returns a count of 0 and sets errno"};
    case code:
        return {"the error", "returns the error itself and leaves errno alone"};
    case gai_code:
        return {"an EAI_ code", "returns an EAI_ code, and sets errno only together with EAI_SYSTEM"};
    case nothing:
        break;
    }
    return {"cannot fail", "cannot report a failure"};
}

/// Whether a plan may do this to the function. The readers of plans are asked: they alone know.
bool possible(std::string_view type, std::string_view function)
{
    std::set<std::string> names;
    const auto fault =
        language::parse_fault_option(fmt::format("{}:{}", function, type == "errno" ? "EIO" : type), 1, names);
    const auto parsed = language::parse({}, {}, {&fault.table, 1});
    constexpr int functions = 1; // the item that they are
    return std::ranges::none_of(parsed.mistakes, [](const auto& mistake) { return mistake.line == functions; });
}

Names types_of(std::string_view function)
{
    Names types;
    for (const auto type : plan::type_names)
        if (possible(type, function)) types.push_back(type);
    return types;
}

Names selectors_of([[maybe_unused]] const Spec& spec)
{
    Names selectors;
#define SELECTOR(key, cost, scope, takes, why_not, help)                                                               \
    if (takes) selectors.emplace_back(#key);
#include "plan/selectors.def"
    return selectors;
}

std::string_view limit_of(const calls::Wait& wait)
{
    using enum calls::Wait::Limit;
    switch (wait.limit) {
    case none:
        break;
    case milliseconds:
    case timespec:
    case timeval:
        return "the time that it is given";
    case deadline:
    case clock:
    case condition:
        return "the point in time that it is given";
    case receive:
        return "SO_RCVTIMEO of the socket";
    case send:
        return "SO_SNDTIMEO of the socket";
    case kernel:
        return "decided by the system";
    }
    return {};
}

std::string joined(const auto& words) { return fmt::format("{}", fmt::join(words, " ")); }

std::string paragraph(const Spec& spec)
{
    auto text = fmt::format("{}\n", std::string_view{spec.name});
    const auto line = [&](std::string_view title, std::string_view content) {
        if (!content.empty()) text += fmt::format("  {:<15}{}\n", title, content);
    };
    line("family", calls::family_names[static_cast<std::size_t>(spec.family)]);
    line("groups", joined(groups_of(spec)));
    line("twins", joined(twins(spec)));
    line("failure", failure(spec).full);
    line("", spec.acts ? "(and makes the real call all the same: what it frees is gone)" : "");
    if (spec.can_fail()) {
        const auto drawn = joined(error_names(spec.fails.errors));
        line("errors", drawn.empty() ? "none that its environment causes: a fault has to name one" : drawn);
        line("by name only", joined(error_names(spec.misuse)));
    }
    const auto types = types_of(spec.name);
    line("fault types", joined(types));
    line("timeout after", std::ranges::count(types, "timeout") != 0 ? limit_of(spec.waits) : "");
    line("selectors", joined(selectors_of(spec)));
    return text;
}

} // namespace

Names groups()
{
    Names names(calls::family_names.begin(), calls::family_names.end());
    names.insert(names.end(), calls::role_groups.begin(), calls::role_groups.end());
    return names;
}

Names members(std::string_view group)
{
    Names names;
    for (const auto row : calls::named_rows())
        if (calls::in_group(calls::table[row], group)) names.push_back(calls::table[row].name);
    return names;
}

std::string_view function_of(std::string_view symbol)
{
    const auto row = calls::find_symbol(symbol);
    const bool known = row != calls::row_count && calls::function_of_row[row] != calls::no_function;
    return known ? calls::table[row].function() : std::string_view();
}

Names function_names()
{
    Names names;
    for (const auto row : calls::named_rows())
        names.push_back(calls::table[row].name);
    for (const auto& spec : calls::table)
        if (!spec.means.empty()) names.push_back(spec.name);
    return names;
}

std::string overview_text()
{
    std::string text;
    for (const auto family : calls::family_names) {
        const auto names = members(family);
        if (!names.empty()) text += fmt::format("@{}\n{}", family, wrapped(names, "  "));
    }
    return text +
           fmt::format("\n{} in all. 'faultline list read' shows everything about one, 'list functions' a line on\n"
                       "each; see also 'list groups', 'list errnos' and 'list types'.\n",
                       counted(calls::named_rows().size(), "function"));
}

std::string functions_text()
{
    std::vector<std::vector<std::string>> rows{{"FUNCTION", "FAILURE", "GROUPS", "ERRORS (TWINS)"}};
    for (const auto row : calls::named_rows()) {
        const auto& spec = calls::table[row];
        auto last = joined(error_names(spec.fails.errors));
        if (const auto others = twins(spec); !others.empty())
            last += fmt::format("{}({})", last.empty() ? "" : "  ", joined(others));
        rows.push_back(
            {std::string(spec.name), std::string(failure(spec).brief), joined(groups_of(spec)), std::move(last)});
    }
    return table(rows, std::vector<bool>(4));
}

std::string functions_text(const Names& names)
{
    std::string text;
    for (const auto name : names)
        text += fmt::format("{}{}", text.empty() ? "" : "\n", paragraph(spec_of(name)));
    return text;
}

Json functions_json(const Names& names)
{
    auto list = Json::array();
    const auto add = [&](const Spec& spec) {
        list.push_back(Json::object({{"name", std::string_view{spec.name}},
                                     {"family", calls::family_names[static_cast<std::size_t>(spec.family)]},
                                     {"failure", failure(spec).brief},
                                     {"errnos", error_names(spec.fails.errors)},
                                     {"misuse_errnos", error_names(spec.misuse)},
                                     {"twins", twins(spec)},
                                     {"groups", groups_of(spec)},
                                     {"types", types_of(spec.name)},
                                     {"selectors", selectors_of(spec)}}));
    };
    for (const auto name : names)
        add(spec_of(name));
    if (names.empty())
        for (const auto row : calls::named_rows())
            add(calls::table[row]);
    return list;
}

} // namespace faultline::cli
