#include "language/targets.hpp"

#include "calls/attributes.hpp"
#include "calls/errors.hpp"
#include "language/demands.hpp"
#include "language/suggest.hpp"
#include "plan/glob.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

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

/// How a function came into a fault.
struct Membership {
    enum class By : std::uint8_t { nothing, pattern, name } by = By::nothing;
    const Word* word = nullptr;
    bool excluded = false;
};

/// The groups, and for each row a bit for each that it belongs to: asking every row of the table takes longer than all
/// the rest of reading a plan.
constexpr auto groups = [] {
    std::array<std::string_view, calls::family_names.size() + calls::role_groups.size()> names{};
    std::ranges::copy(calls::role_groups, std::ranges::copy(calls::family_names, names.begin()).out);
    return names;
}();
constexpr auto groups_of_row = [] {
    std::array<std::uint16_t, calls::row_count> bits{};
    static_assert(groups.size() <= 16);
    for (std::size_t row = 0; row < bits.size(); ++row) {
        auto of = 1U << static_cast<unsigned>(calls::table[row].family);
        for (auto group = calls::family_names.size(); group < groups.size(); ++group)
            if (calls::in_group(calls::table[row], groups[group])) of |= 1U << group;
        bits[row] = static_cast<std::uint16_t>(of);
    }
    return bits;
}();

class Expansion {
public:
    explicit Expansion(Remarks& remarks) : remarks_(remarks), memberships_(calls::named_rows().size()) {}

    /// Says whether the word means something.
    bool add(const Word& word)
    {
        const bool negated = word.text.front() == '!';
        const auto body = std::string_view(word.text).substr(negated ? 1 : 0);
        if (is_glob(body)) return add_glob(word, body, negated);
        if (body.starts_with('@')) return add_group(word, body, negated);
        const auto index = find_function(body);
        if (index == calls::no_function) return unknown(word, "function", body);
        mark(index, word, negated, Membership::By::name);
        return true;
    }

    std::vector<Membership>& memberships() { return memberships_; }

private:
    void mark(std::uint16_t index, const Word& word, bool negated, Membership::By by)
    {
        auto& membership = memberships_[index];
        if (negated)
            membership.excluded = true;
        else if (membership.by < by)
            membership = {by, &word, membership.excluded};
    }

    template <class Accepts>
    bool mark_rows(const Word& word, bool negated, const Accepts& accepts)
    {
        bool any = false;
        for (std::size_t row = 0; row < calls::row_count; ++row) {
            const auto index = calls::function_of_row[row];
            if (index == calls::no_function || !accepts(row)) continue;
            mark(index, word, negated, Membership::By::pattern);
            any = true;
        }
        return any;
    }

    bool add_glob(const Word& word, std::string_view pattern, bool negated)
    {
        if (pattern.starts_with('@')) return unknown(word, "group", pattern);
        if (mark_rows(word, negated, [&](std::size_t row) {
                const auto& spec = calls::table[row];
                return glob_matches(pattern, spec.name) || glob_matches(pattern, spec.function());
            }))
            return true;
        remarks_.mistake(word.place, fmt::format("no function matches {}", in_quotes(pattern)));
        return false;
    }

    bool add_group(const Word& word, std::string_view name, bool negated)
    {
        const auto code = calls::error_code(name.substr(1));
        const auto* const group = std::ranges::find(groups, name.substr(1));
        if (code == 0 && group == groups.end()) return unknown(word, "group", name);
        const auto bit = 1U << (group - groups.begin());
        const auto belongs = [&](std::size_t row) {
            return code != 0 ? calls::table[row].fails.errors.contains(code) : (groups_of_row[row] & bit) != 0;
        };
        if (mark_rows(word, negated, belongs)) return true;
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
    std::vector<Membership> memberships_;
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
            remarks.mistake(draft.given["type"],
                            "the type is for calls into libc (a function of the program's own takes "
                            "exception, errno, delay, timeout, corruption and returns)");
            return;
        }
        if (const auto* demand = unmet(wanted, calls::own_spec)) {
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
            remarks.mistake(draft.given[key],
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
    const auto place = draft.given["functions"];
    if (!any_positive && sound)
        return remarks.mistake(place, "functions only takes functions out (say first which: \"*\" for all)");

    std::vector<std::uint16_t> named;
    const auto wanted = demands_of(draft);
    const Demand* left_out_for = nullptr;
    std::string_view left_out;
    const auto functions = static_cast<std::uint16_t>(expansion.memberships().size());
    for (std::uint16_t index = 0; index < functions; ++index) {
        const auto& membership = expansion.memberships()[index];
        if (membership.by == Membership::By::nothing || membership.excluded) continue;
        const auto& spec = bearer(index);
        const auto* demand = unmet(wanted, spec);
        if (demand == nullptr) {
            draft.members.push_back(index);
            if (membership.by == Membership::By::name) named.push_back(index);
        } else if (membership.by == Membership::By::name) {
            sound = false;
            remarks.mistake(membership.word->place, fmt::format("{} on {} cannot mean anything ({})", demand->what,
                                                                in_quotes(membership.word->text), demand->why_not));
        } else if (left_out_for == nullptr) {
            left_out_for = demand;
            left_out = spec.name;
        }
    }
    if (draft.members.empty() && sound)
        remarks.mistake(place, left_out_for == nullptr
                                   ? std::string("functions takes out again all that it names")
                                   : fmt::format("{} cannot mean anything on any of these functions ('{}': {})",
                                                 left_out_for->what, left_out, left_out_for->why_not));
    check_attributes(draft, named, remarks);
    // Where a call cannot be torn the crash comes before it, so that one fault sweeps over all of a program's steps.
    const bool torn = has_type<Type::crash>(draft) && draft.fault.moment == Moment::torn;
    if (torn && !draft.members.empty() &&
        std::none_of(draft.members.begin(), draft.members.end(),
                     [](std::uint16_t member) { return bearer(member).can_be_torn(); }))
        remarks.mistake(draft.given["moment"],
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
