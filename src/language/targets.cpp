#include "language/targets.hpp"

#include "calls/attributes.hpp"
#include "calls/errors.hpp"
#include "calls/functions.hpp"
#include "language/demands.hpp"
#include "language/function_set.hpp"
#include "language/suggest.hpp"
#include "plan/glob.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace faultline::language {

namespace {

using calls::Failure;
using calls::Spec;

bool is_glob(std::string_view word) { return word.find_first_of("*?[") != std::string_view::npos; }

const Spec& bearer(std::uint16_t function) { return calls::table[calls::named_rows()[function]]; }

/// The function of a symbol, be it its name or a twin; no_function where there is none.
std::uint16_t find_function(std::string_view symbol)
{
    const auto row = calls::find_symbol(symbol);
    return row == calls::row_count ? calls::no_function : calls::function_of_row[row];
}

/// Whatever may stand in `functions` beside globs: names, then twins, then groups.
std::vector<std::string_view> all_words()
{
    static constexpr std::array<std::string_view, 14> groups{"@io",      "@file",   "@stdio", "@net",    "@memory",
                                                             "@process", "@thread", "@time",  "@random", "@read",
                                                             "@write",   "@alloc",  "@path",  "@sync"};
    static_assert(groups.size() == calls::family_names.size() + calls::role_groups.size());
    std::vector<std::string_view> words;
    for (const auto row : calls::named_rows())
        words.push_back(calls::table[row].name);
    for (std::size_t row = 0; row < calls::row_count; ++row)
        if (calls::function_of_row[row] != calls::no_function && !calls::table[row].means.empty())
            words.push_back(calls::table[row].name);
    words.insert(words.end(), groups.begin(), groups.end());
    return words;
}

// What belongs to each group.
constexpr auto families = [] {
    std::array<FunctionSet, calls::family_names.size()> all{};
    for (std::size_t i = 0; i < all.size(); ++i)
        all[i] = functions_where([&](const Spec& spec) { return static_cast<std::size_t>(spec.family) == i; });
    return all;
}();
constexpr auto roles = [] {
    std::array<FunctionSet, calls::role_groups.size()> all{};
    for (std::size_t i = 0; i < all.size(); ++i)
        all[i] = functions_where([&](const Spec& spec) { return calls::in_group(spec, calls::role_groups[i]); });
    return all;
}();

/// Those of a group that bears no error's name; or null.
const FunctionSet* find_group(std::string_view name)
{
    const auto family = std::ranges::find(calls::family_names, name) - calls::family_names.begin();
    const auto role = std::ranges::find(calls::role_groups, name) - calls::role_groups.begin();
    if (family != std::ssize(families)) return &families[static_cast<std::size_t>(family)];
    return role != std::ssize(roles) ? &roles[static_cast<std::size_t>(role)] : nullptr;
}

class Expansion {
public:
    explicit Expansion(Remarks& remarks) : remarks_(remarks) {}

    /// Says whether the word means something.
    bool add(const Word& word)
    {
        const bool negated = word.text.front() == '!';
        const auto body = std::string_view(word.text).substr(negated ? 1 : 0);
        if (is_glob(body)) return add_glob(word, body, negated);
        if (body.starts_with('@')) return add_group(word, body, negated);
        const auto index = find_function(body);
        if (index == calls::no_function) return unknown(word, "function", body);
        (negated ? excluded_ : taken_).add(index);
        if (!negated && name_of(index) == nullptr) named_.emplace_back(index, &word);
        return true;
    }

    [[nodiscard]] FunctionSet functions() const
    {
        auto all = taken_;
        all.remove(excluded_);
        return all;
    }
    /// The word that names a function, not by a pattern; or null.
    [[nodiscard]] const Word* name_of(std::uint16_t function) const
    {
        const auto found = std::ranges::find(named_, function, &std::pair<std::uint16_t, const Word*>::first);
        return found == named_.end() ? nullptr : found->second;
    }

private:
    bool add_all(const FunctionSet& functions, bool negated)
    {
        (negated ? excluded_ : taken_).add(functions);
        return !functions.empty();
    }

    bool add_glob(const Word& word, std::string_view pattern, bool negated)
    {
        if (pattern.starts_with('@')) return unknown(word, "group", pattern);
        const auto matching = functions_where([&](const Spec& spec) {
            return glob_matches(pattern, spec.name) || glob_matches(pattern, spec.function());
        });
        if (add_all(matching, negated)) return true;
        remarks_.mistake(word.place, fmt::format("no function matches {}", in_quotes(pattern)));
        return false;
    }

    bool add_group(const Word& word, std::string_view name, bool negated)
    {
        if (const auto* const group = find_group(name.substr(1))) return add_all(*group, negated);
        const auto code = calls::error_code(name.substr(1));
        if (code == 0) return unknown(word, "group", name);
        const auto failing = functions_where([&](const Spec& spec) { return spec.fails.errors.contains(code); });
        if (add_all(failing, negated)) return true;
        remarks_.mistake(word.place, fmt::format("the group {} is empty", in_quotes(name)));
        return false;
    }

    bool unknown(const Word& word, std::string_view what, std::string_view text)
    {
        const auto words = all_words();
        const bool forgot_at = std::any_of(words.begin(), words.end(), [&](std::string_view known) {
            return known.starts_with('@') && known.substr(1) == text;
        });
        const auto cure = forgot_at ? fmt::format(" (did you mean '@{}'?)", text) : did_you_mean(text, words);
        remarks_.mistake(word.place, fmt::format("unknown {} {}{}", what, in_quotes(text), cure));
        return false;
    }

    Remarks& remarks_;
    FunctionSet taken_;
    FunctionSet excluded_;
    std::vector<std::pair<std::uint16_t, const Word*>> named_;
};

/// An errno that a function's manual does not list is allowed, but who names both should know. `named`: functions.
void warn_of_unlisted(const FaultDraft& draft, std::span<const std::uint16_t> named, Remarks& remarks)
{
    for (const auto& choice : draft.errors) {
        std::vector<std::string_view> strangers;
        for (const auto index : named) {
            const auto& spec = bearer(index);
            const bool through_system = choice.code > 0 && spec.fails.returns == Failure::Returns::gai_code;
            if (through_system || spec.fails.errors.contains(choice.code)) continue;
            if (!spec.misuse.contains(choice.code)) strangers.push_back(spec.name);
        }
        if (strangers.empty()) continue;
        remarks.warning(choice.name.place, fmt::format("{} is not among the documented errors of {}", choice.name.text,
                                                       listed(strangers)));
    }
}

/// An attribute of which a function that is named does not tell, or none of those that a glob takes in.
void check_attributes(const FaultDraft& draft, std::span<const std::uint16_t> named, Remarks& remarks)
{
    for (const auto& attribute : draft.attributes) {
        const auto lacks = [&](std::uint16_t function) {
            return !calls::reports_attribute(bearer(function), attribute.name.text);
        };
        const auto stranger = std::find_if(named.begin(), named.end(), lacks);
        const bool all_lack = std::all_of(draft.members.begin(), draft.members.end(), lacks);
        if (draft.members.empty() || (stranger == named.end() && !all_lack)) continue;
        const auto& spec = bearer(stranger == named.end() ? draft.members.front() : *stranger);
        std::vector<std::string_view> known;
        for (const auto& each : calls::attributes)
            if (each.structure == spec.reports.what && std::find(known.begin(), known.end(), each.name) == known.end())
                known.push_back(each.name);
        remarks.mistake(attribute.name.place, fmt::format("'{}' does not tell '{}' (it tells {})", spec.function(),
                                                          attribute.name.text, one_of(known, "and")));
    }
}

} // namespace

void take_own_functions(FaultDraft& draft, std::vector<std::string>& known, Remarks& remarks)
{
    const auto wanted = demands_of(draft);
    for (const auto& word : draft.functions) {
        if (is_glob(word.text) || word.text.front() == '@' || word.text.front() == '!') {
            remarks.mistake(word.place,
                            fmt::format("functions has {}; each of a program's own functions is named in full",
                                        in_quotes(word.text)));
            continue;
        }
        if (draft.type_known && !has(draft.fault.type, trait::own)) {
            remarks.mistake(draft.given.at("type"),
                            "the type is for calls into libc (a function of the program's own takes "
                            "exception, errno, delay, timeout, corruption and returns)");
            return;
        }
        if (const auto* demand = unmet_by_own(wanted)) {
            remarks.mistake(word.place,
                            fmt::format("{} on {}, a function of the program's own, cannot mean anything ({})",
                                        demand->what, in_quotes(word.text), demand->why_not));
            continue;
        }
        const auto found = std::find(known.begin(), known.end(), word.text);
        const auto index = static_cast<std::uint16_t>(found - known.begin());
        if (found == known.end()) known.push_back(word.text);
        if (known.size() > calls::row_count) return remarks.mistake(word.place, "these are too many functions");
        if (std::find(draft.members.begin(), draft.members.end(), index) == draft.members.end())
            draft.members.push_back(index);
    }
    for (const auto* key : {"mode", "bytes", "range"}) // how bytes in memory are damaged
        if (has_type<Type::corruption>(draft) && draft.has(key))
            remarks.mistake(draft.given.at(key),
                            fmt::format("'{}' cannot mean anything for a function of the program's own "
                                        "(its result is damaged by its type)",
                                        key));
}

void expand_functions(FaultDraft& draft, Remarks& remarks)
{
    if (draft.functions.empty()) return; // already a mistake
    Expansion expansion(remarks);
    bool sound = true;
    bool any_positive = false;
    for (const auto& word : draft.functions) {
        sound = expansion.add(word) && sound;
        any_positive = any_positive || word.text.front() != '!';
    }
    const auto place = draft.given.at("functions");
    if (!any_positive && sound)
        return remarks.mistake(place, "functions only takes functions out (say first which: \"*\" for all)");

    std::vector<std::uint16_t> named;
    const auto wanted = demands_of(draft);
    const Demand* left_out_for = nullptr;
    std::uint16_t left_out = calls::no_function;
    const auto functions = expansion.functions();
    draft.members.reserve(functions.size());
    functions.each([&](std::uint16_t index) {
        const auto* const name = expansion.name_of(index);
        const auto* demand = unmet(wanted, index);
        if (demand == nullptr) {
            draft.members.push_back(index);
            if (name != nullptr) named.push_back(index);
        } else if (name != nullptr) {
            sound = false;
            remarks.mistake(name->place, fmt::format("{} on {} cannot mean anything ({})", demand->what,
                                                     in_quotes(name->text), demand->why_not));
        } else if (left_out_for == nullptr) {
            left_out_for = demand;
            left_out = index;
        }
    });
    if (draft.members.empty() && sound)
        remarks.mistake(place, left_out_for == nullptr
                                   ? std::string("functions takes out again all that it names")
                                   : fmt::format("{} cannot mean anything on any of these functions ('{}': {})",
                                                 left_out_for->what, std::string_view(bearer(left_out).name),
                                                 left_out_for->why_not));
    check_attributes(draft, named, remarks);
    // Where a call cannot be torn the crash comes before it, so that one fault sweeps over all of a program's steps.
    const bool torn = has_type<Type::crash>(draft) && draft.fault.moment == Moment::torn;
    if (torn && !draft.members.empty() &&
        std::none_of(draft.members.begin(), draft.members.end(),
                     [](std::uint16_t member) { return bearer(member).can_be_torn(); }))
        remarks.mistake(draft.given.at("moment"),
                        "moment is 'torn', and none of these functions writes in a way that could "
                        "stop halfway (leave it out: the process ends before the call)");
    warn_of_unlisted(draft, named, remarks);
}

std::string listed(std::span<const std::string_view> names)
{
    if (names.size() <= 3) return one_of(names, "and");
    return fmt::format("{}, {} (and {} more)", names[0], names[1], names.size() - 2);
}

} // namespace faultline::language
