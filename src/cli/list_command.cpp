// faultline list: what can be intercepted and what can be done to it, from the same tables that the library works by.
#include "cli/cli.hpp"

#include "calls/errors.hpp"
#include "cli/list.hpp"
#include "door/fit.hpp"
#include "language/keys.hpp"
#include "language/suggest.hpp"
#include "plan/plan.hpp"
#include "report/terminal.hpp"
#include "run/imports.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fmt/format.h>
#include <memory>
#include <netdb.h>

namespace faultline::cli {

namespace {

using report::counted, report::table, report::wrapped;

std::string explanation(int code)
{
    if (code < 0) return ::gai_strerror(code);
    const char* const words = strerrordesc_np(code);
    return words == nullptr ? "" : words;
}

/// Whether a thing is wanted: it is among the names, or there are none.
bool wanted(const Names& names, std::string_view name) { return names.empty() || std::ranges::count(names, name) != 0; }

std::string all_functions_text(const Names& names) { return names.empty() ? functions_text() : functions_text(names); }

std::string groups_text(const Names& names)
{
    std::string text;
    for (const auto group : names.empty() ? groups() : names)
        text += fmt::format("@{} ({})\n{}", group, counted(members(group).size(), "function"),
                            wrapped(members(group), "  "));
    return names.empty() ? text + "@ENOSPC and so on (those that may fail with the error)\n"
                                  "* (every function)\n"
                         : text;
}

Json groups_json(const Names& names)
{
    auto object = Json::object();
    for (const auto group : names.empty() ? groups() : names)
        object[fmt::format("@{}", group)] = members(group);
    return object;
}

std::string errnos_text(const Names& names)
{
    std::vector<std::vector<std::string>> rows{{"ERROR", "NUMBER", "MEANING"}};
    for (const auto& error : calls::named_errors)
        if (wanted(names, error.name))
            rows.push_back({std::string(error.name), std::to_string(error.code), explanation(error.code)});
    return table(rows, {false, true, false});
}

Json errnos_json(const Names& names)
{
    auto list = Json::array();
    for (const auto& error : calls::named_errors)
        if (wanted(names, error.name))
            list.push_back(Json::object({{"name", std::string_view(error.name)},
                                         {"number", error.code},
                                         {"meaning", explanation(error.code)}}));
    return list;
}

/// The keys that a type takes beyond those that every fault takes.
std::vector<language::KnownKey> keys_of(std::string_view type)
{
    std::vector<language::KnownKey> keys;
    for (const auto& key : language::known_keys())
        if (key.section == "fault" && (", " + key.types + ",").find(fmt::format(" {},", type)) != std::string::npos)
            keys.push_back(key);
    return keys;
}

std::string types_text(const Names& names)
{
    std::string text;
    const auto add = [&](const language::KnownKey& key) {
        text += fmt::format("    {:<12}  {}{}\n", key.name, key.help, key.required ? " (required)" : "");
    };
    for (std::size_t i = 0; i < plan::type_names.size(); ++i) {
        if (!wanted(names, plan::type_names[i])) continue;
        text += fmt::format("{}\n  {}\n", plan::type_names[i], plan::type_meanings[i]);
        if (const auto reason = door::needs_preload(static_cast<plan::Type>(i)); !reason.empty())
            text += fmt::format("  by the preload only: {}\n", reason);
        for (const auto& key : keys_of(plan::type_names[i]))
            add(key);
    }
    text += text.empty() ? "" : "\n";
    text += "Every fault takes:\n";
    for (const auto& key : language::known_keys())
        if (key.section == "fault" && key.types.empty()) add(key);
    return text;
}

Json types_json(const Names& names)
{
    auto list = Json::array();
    for (std::size_t i = 0; i < plan::type_names.size(); ++i) {
        if (!wanted(names, plan::type_names[i])) continue;
        auto keys = Json::object();
        for (const auto& key : keys_of(plan::type_names[i]))
            keys[key.name] = Json::object({{"required", key.required}, {"help", key.help}});
        const auto reason = door::needs_preload(static_cast<plan::Type>(i));
        list.push_back(Json::object({{"name", plan::type_names[i]},
                                     {"meaning", plan::type_meanings[i]},
                                     {"needs_preload", reason.empty() ? Json() : Json(reason)},
                                     {"keys", keys}}));
    }
    return list;
}

Names error_names()
{
    Names names;
    for (const auto& error : calls::named_errors)
        names.push_back(error.name);
    return names;
}

struct Listing {
    std::string_view name, singular;
    Names (*valid)();
    std::string (*text)(const Names& names);
    Json (*json)(const Names& names);
};
constexpr Listing listings[] = {
    {"functions", "function", function_names, all_functions_text, functions_json},
    {"groups", "group", groups, groups_text, groups_json},
    {"errnos", "errno", error_names, errnos_text, errnos_json},
    {"types", "type", [] { return Names(plan::type_names.begin(), plan::type_names.end()); }, types_text, types_json}};

/// The name as the listing knows it; empty where it has no such thing.
std::string_view resolve(const Listing& listing, std::string_view word)
{
    if (&listing == &listings[0]) return function_of(word);
    auto valid = listing.valid();
    if (&listing == &listings[1] && word.starts_with('@')) {
        word.remove_prefix(1);
        const auto errors = error_names();
        valid.insert(valid.end(), errors.begin(), errors.end());
    }
    const auto found = std::ranges::find(valid, word);
    return found == valid.end() ? std::string_view() : *found;
}

/// What a word is unknown as, with what may have been meant.
int unknown(const Listing& listing, std::string_view word)
{
    const auto reason = run::left_out_because(word);
    if (&listing == &listings[0] && !reason.empty())
        fmt::print(stderr, "faultline: {} is left out on purpose: {}\n", word, reason);
    else
        fmt::print(stderr, "faultline: unknown {} {}{}\n", listing.singular, language::in_quotes(word),
                   language::did_you_mean(word, listing.valid()));
    return own_error;
}

/// list --door kernel.
int list_door(const std::vector<std::string>& words, bool as_json)
{
    const Listing& functions = listings[0];
    Names names;
    for (const auto& word : words) {
        if (word == functions.name) continue;
        if (word.starts_with('@') && !resolve(listings[1], word).empty()) {
            const auto all = members(resolve(listings[1], word));
            names.insert(names.end(), all.begin(), all.end());
            continue;
        }
        const auto name = resolve(functions, word);
        if (name.empty()) return unknown(functions, word);
        names.push_back(name);
    }
    if (as_json)
        fmt::print("{}\n", report::lines(door_json(names)));
    else
        fmt::print("{}", door_text(names));
    return 0;
}

int list(const std::vector<std::string>& words, bool as_json)
{
    const Listing* listing = nullptr;
    std::size_t first = 0; // of the names
    for (const auto& each : listings)
        if (!words.empty() && words.front() == each.name) listing = &each;
    if (listing != nullptr) {
        first = 1;
    } else if (!words.empty()) {
        for (const auto& each : listings)
            if (listing == nullptr && !resolve(each, words.front()).empty()) listing = &each;
    } else if (!as_json) {
        fmt::print("{}", overview_text());
        return 0;
    }
    if (listing == nullptr) listing = &listings[!words.empty() && words.front().starts_with('@') ? 1 : 0];
    Names names;
    for (std::size_t i = first; i < words.size(); ++i) {
        const auto name = resolve(*listing, words[i]);
        if (name.empty()) return unknown(*listing, words[i]);
        if (std::ranges::count(names, name) == 0) names.push_back(name);
    }
    if (as_json)
        fmt::print("{}\n", report::lines(listing->json(names)));
    else
        fmt::print("{}", listing->text(names));
    return 0;
}

} // namespace

SUBCOMMAND(list, 70, "What can be intercepted, and what can be done to it")
{
    const auto words = std::make_shared<std::vector<std::string>>();
    const auto format = std::make_shared<std::string>("text");
    self.optional_words("NAME", *words,
                        "functions, groups, errnos or types, behind it names of some; or names alone (read, @sync,\n"
                        "ENOSPC, short). Left out: the names of all functions");
    const auto door = std::make_shared<std::string>("preload");
    self.option("--door", *door, "kernel: the system calls that functions become for faultline run --door kernel",
                "preload|kernel");
    self.format(*format);
    self.footer("Examples:\n  faultline list\n  faultline list read fwrite\n  faultline list --door kernel @net\n"
                "  faultline list functions | grep ENOSPC\n  faultline list errnos EIO\n"
                "  faultline list --format json @sync");
    self.action([words, format, door] {
        if (*door != "preload" && *door != "kernel")
            return fail(own_error, fmt::format("--door {}: it is preload or kernel", report::printable(*door)));
        return *door == "kernel" ? list_door(*words, *format == "json") : list(*words, *format == "json");
    });
}

} // namespace faultline::cli
