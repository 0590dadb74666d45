// faultline list: what can be intercepted and what can be done to it, from the same tables that the library works by.
#include "cli/cli.hpp"

#include "calls/errors.hpp"
#include "calls/table.hpp"
#include "cli/summary.hpp"
#include "plan/keys.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdio>
#include <cstring>
#include <fmt/format.h>
#include <memory>
#include <netdb.h>

namespace faultline::cli {

namespace {

using calls::Spec;
using Names = std::vector<std::string_view>;

/// The rows that users know by their own names; all others are twins of these.
std::vector<const Spec*> functions()
{
    std::vector<const Spec*> rows;
    for (const auto& spec : calls::table)
        if (spec.means.empty() && spec.tracks != calls::Tracks::starts) rows.push_back(&spec);
    return rows;
}

Names twins(const Spec& spec)
{
    Names names;
    for (const auto& other : calls::table)
        if (std::string_view{other.means} == std::string_view{spec.name}) names.push_back(other.name);
    return names;
}

Names groups()
{
    Names names(calls::family_names.begin(), calls::family_names.end());
    names.insert(names.end(), calls::role_groups.begin(), calls::role_groups.end());
    return names;
}

std::vector<std::string> groups_of(const Spec& spec)
{
    std::vector<std::string> names;
    for (const auto group : groups())
        if (calls::in_group(spec, group)) names.push_back(fmt::format("@{}", group));
    return names;
}

Names members(std::string_view group)
{
    Names names;
    for (const auto* spec : functions())
        if (calls::in_group(*spec, group)) names.push_back(spec->name);
    return names;
}

Names error_names(const calls::Errors& errors)
{
    Names names;
    for (const auto code : errors)
        names.push_back(calls::error_name(code));
    return names;
}

std::string_view failure(const Spec& spec)
{
    using enum calls::Failure::Returns;
    switch (spec.fails.returns) {
    case minus_one:
        return "-1";
    case null:
        return "NULL";
    case zero:
        return "0";
    case code:
        return "the error";
    case gai_code:
        return "an EAI_ code";
    case nothing:
        break;
    }
    return "cannot fail";
}

std::string explanation(int code)
{
    if (code < 0) return ::gai_strerror(code);
    const char* const words = strerrordesc_np(code);
    return words == nullptr ? "" : words;
}

/// Words in lines of at most 100 characters, each line after `indent`.
std::string wrapped(const Names& words, std::string_view indent)
{
    std::string text;
    std::string line;
    for (const auto word : words) {
        if (!line.empty() && indent.size() + line.size() + word.size() + 1 > 100) {
            text += fmt::format("{}{}\n", indent, line);
            line.clear();
        }
        line += fmt::format("{}{}", line.empty() ? "" : " ", word);
    }
    return line.empty() ? text : text + fmt::format("{}{}\n", indent, line);
}

void overview()
{
    for (const auto family : calls::family_names) {
        const auto names = members(family);
        if (!names.empty()) fmt::print("@{}\n{}", family, wrapped(names, "  "));
    }
    fmt::print("\n{} in all. 'faultline list functions' shows each one's failure value and errors; see also\n"
               "'list groups', 'list errnos' and 'list types'.\n",
               counted(functions().size(), "function"));
}

void functions_text()
{
    std::vector<std::vector<std::string>> rows{{"FUNCTION", "FAILURE", "GROUPS", "ERRORS (TWINS)"}};
    for (const auto* spec : functions()) {
        auto last = fmt::format("{}", fmt::join(error_names(spec->fails.errors), " "));
        if (const auto others = twins(*spec); !others.empty())
            last += fmt::format("{}({})", last.empty() ? "" : "  ", fmt::join(others, " "));
        rows.push_back({std::string(spec->name), std::string(failure(*spec)),
                        fmt::format("{}", fmt::join(groups_of(*spec), " ")), std::move(last)});
    }
    fmt::print("{}", table(rows, std::vector<bool>(4)));
}

Json functions_json()
{
    auto list = Json::array();
    for (const auto* spec : functions())
        list.push_back({{"name", std::string_view{spec->name}},
                        {"family", calls::family_names[static_cast<std::size_t>(spec->family)]},
                        {"failure", failure(*spec)},
                        {"errnos", error_names(spec->fails.errors)},
                        {"misuse_errnos", error_names(spec->misuse)},
                        {"twins", twins(*spec)},
                        {"groups", groups_of(*spec)}});
    return list;
}

void groups_text()
{
    for (const auto group : groups())
        fmt::print("@{} ({})\n{}", group, counted(members(group).size(), "function"), wrapped(members(group), "  "));
    fmt::print("* (every function)\n");
}

Json groups_json()
{
    auto object = Json::object();
    for (const auto group : groups())
        object[fmt::format("@{}", group)] = members(group);
    return object;
}

void errnos_text()
{
    std::vector<std::vector<std::string>> rows{{"ERROR", "NUMBER", "MEANING"}};
    for (const auto& error : calls::named_errors)
        rows.push_back({std::string(error.name), std::to_string(error.code), explanation(error.code)});
    fmt::print("{}", table(rows, {false, true, false}));
}

Json errnos_json()
{
    auto list = Json::array();
    for (const auto& error : calls::named_errors)
        list.push_back({{"name", error.name}, {"number", error.code}, {"meaning", explanation(error.code)}});
    return list;
}

std::string_view meaning(plan::Type type)
{
    using enum plan::Type;
    switch (type) {
    case error:
        return "the call fails as a real one would: its failure value, and errno set";
    case delay:
        return "the call waits, then proceeds";
    case timeout:
        return "the call waits as long as its caller had asked to, then reports a timeout in its own way";
    case corruption:
        return "the call proceeds, and its data is damaged";
    case shorten:
        return "the call transfers fewer bytes than asked for, at least 1";
    case returns:
        return "the call is not made: it returns a given value";
    }
    return "";
}

/// The keys that a type takes beyond those that every fault takes.
std::vector<plan::KnownKey> keys_of(std::string_view type)
{
    std::vector<plan::KnownKey> keys;
    for (const auto& key : plan::known_keys())
        if (key.section == "fault" && (", " + key.types + ",").find(fmt::format(" {},", type)) != std::string::npos)
            keys.push_back(key);
    return keys;
}

void types_text()
{
    for (std::size_t i = 0; i < plan::type_names.size(); ++i) {
        fmt::print("{}\n  {}\n", plan::type_names[i], meaning(static_cast<plan::Type>(i)));
        for (const auto& key : keys_of(plan::type_names[i]))
            fmt::print("    {:<10}  {}{}\n", key.name, key.help, key.required ? " (required)" : "");
    }
    fmt::print("\nEvery fault takes:\n");
    for (const auto& key : plan::known_keys())
        if (key.section == "fault" && key.types.empty())
            fmt::print("    {:<12}  {}{}\n", key.name, key.help, key.required ? " (required)" : "");
}

Json types_json()
{
    auto list = Json::array();
    for (std::size_t i = 0; i < plan::type_names.size(); ++i) {
        auto keys = Json::object();
        for (const auto& key : keys_of(plan::type_names[i]))
            keys[std::string(key.name)] = {{"required", key.required}, {"help", key.help}};
        list.push_back(
            {{"name", plan::type_names[i]}, {"meaning", meaning(static_cast<plan::Type>(i))}, {"keys", keys}});
    }
    return list;
}

struct Listing {
    std::string_view name;
    void (*text)();
    Json (*json)();
};
constexpr Listing listings[] = {{"", overview, functions_json},
                                {"functions", functions_text, functions_json},
                                {"groups", groups_text, groups_json},
                                {"errnos", errnos_text, errnos_json},
                                {"types", types_text, types_json}};

} // namespace

void add_list(CLI::App& app, int& status)
{
    auto* const command = app.add_subcommand("list", "What can be intercepted, and what can be done to it");
    const auto what = std::make_shared<std::string>();
    const auto format = std::make_shared<std::string>("text");
    command->add_option("WHAT", *what, "functions, groups, errnos or types; left out: the functions' names")
        ->check(CLI::IsMember({"functions", "groups", "errnos", "types"}));
    command->add_option("--format", *format, "text or json")
        ->check(CLI::IsMember({"text", "json"}))
        ->capture_default_str();
    command->footer("Examples:\n  faultline list\n  faultline list functions | grep ENOSPC\n"
                    "  faultline list --format json groups");
    command->callback([what, format, &status] {
        for (const auto& listing : listings) {
            if (listing.name != *what) continue;
            if (*format == "json")
                fmt::print("{}\n", dump(listing.json()));
            else
                listing.text();
        }
        status = 0;
    });
}

} // namespace faultline::cli
