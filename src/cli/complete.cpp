#include "cli/complete.hpp"

#include "calls/errors.hpp"
#include "cli/list.hpp"
#include "control/verbs.hpp"
#include "explore/families.hpp"
#include "explore/outcome.hpp"
#include "plan/plan.hpp"
#include "power/models.hpp"

#include <algorithm>

namespace faultline::cli {

namespace {

using Words = std::vector<std::string>;

void add_functions(Words& all)
{
    for (const auto name : function_names())
        all.emplace_back(name);
    for (const auto group : groups())
        all.push_back("@" + std::string(group));
}

void add_effects(Words& all)
{
    for (const auto type : plan::type_names)
        all.emplace_back(type);
    for (const auto& error : calls::named_errors)
        all.emplace_back(error.name);
}

void add_families(Words& all)
{
    for (const auto& family : explore::families())
        all.emplace_back(family.name);
}

void add_outcomes(Words& all)
{
    all.emplace_back("none");
    all.insert(all.end(), explore::class_names.begin(), explore::class_names.end());
}

void add_listed(Words& all)
{
    all = {"functions", "groups", "errnos", "types"};
    add_functions(all);
    add_effects(all);
}

void add_verbs(Words& all)
{
    for (const auto verb : control::looks)
        all.emplace_back(verb);
    for (const auto& verb : control::verbs())
        all.emplace_back(verb.name);
}

void add_models(Words& all)
{
    for (const auto& rules : power::models)
        all.emplace_back(rules.name);
}

void add_nothing(Words& /*all*/) {}

/// Values that are neither files nor words with bars between them.
struct Values {
    std::string_view type;
    void (*add)(Words& all);
    char separator = 0; // of a list of them
};
constexpr Values kinds[] = {
    {"FAMILIES", add_families, ','},
    {"MODELS", add_models, ','},
    {"OUTCOMES", add_outcomes, ','},
    {"NAME", add_listed},
    {"VERB", add_verbs},
    {"I/N|auto", [](Words& all) { all.emplace_back("auto"); }},
    {"ADDRESS", [](Words& all) { all.emplace_back("127.0.0.1:9637"); }},
    {"N", add_nothing},
    {"DURATION", add_nothing},
    {"NAME=VALUE", add_nothing},
    {"TEXT", add_nothing},
    {"REGEX", add_nothing},
};

/// Each of them behind what stands before the last separator: the items of a list.
Words behind(const std::string& word, char separator, const Words& items)
{
    const auto lead = word.substr(0, word.rfind(separator) + 1);
    Words all;
    for (const auto& item : items)
        all.push_back(lead + item);
    return all;
}

/// What a value of this type could be. A type of words with bars between them is what it says: "text|json".
Words values(const std::string& type, const std::string& word)
{
    Words all;
    if (type == "FAULT") {
        const bool effect = word.find(':') != std::string::npos;
        effect ? add_effects(all) : add_functions(all);
        return behind(word, effect ? ':' : ',', all);
    }
    if (const auto* const kind = std::ranges::find(kinds, type, &Values::type); kind != std::end(kinds)) {
        kind->add(all);
        return kind->separator == 0 ? all : behind(word, kind->separator, all);
    }
    if (type.find('|') == std::string::npos) return {"<files>"};
    for (std::size_t at = 0; at <= type.size();) {
        const auto end = std::min(type.find('|', at), type.size());
        all.push_back(type.substr(at, end - at));
        at = end + 1;
    }
    return all;
}

/// The `index`-th word of a subcommand that is no option. The last of its kind takes all further ones.
Words placed_values(const Shape& shape, std::size_t index, const std::string& word)
{
    Words types;
    for (const auto& option : shape.options)
        if (option.names.empty()) types.push_back(option.type);
    if (types.empty()) return {};
    if (index >= types.size() && types.back() == "VERB") return {"<files>"}; // what it is done with
    return values(types[std::min(index, types.size() - 1)], word);
}

const Shape::Option* option_named(const Shape& shape, const std::string& name)
{
    for (const auto& option : shape.options)
        if (std::ranges::count(option.names, name) != 0) return &option;
    return nullptr;
}

Words all_candidates(const std::vector<Shape>& shapes, const Words& words)
{
    const auto& word = words.back();
    Words all;
    const Shape* shape = &shapes.front(); // the command itself
    const Shape::Option* open = nullptr;  // waits for its value
    std::size_t placed = 0;               // words so far that are no options
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
        if (words[i] == "--" || (shape->program && open == nullptr && !words[i].starts_with('-'))) return {"<command>"};
        if (shape == &shapes.front()) {
            const auto found = std::ranges::find(shapes, words[i], &Shape::name);
            if (found != shapes.end()) shape = &*found;
            continue;
        }
        const auto* const option = open == nullptr ? option_named(*shape, words[i]) : nullptr;
        if (open == nullptr && !words[i].starts_with('-')) ++placed;
        open = option != nullptr && !option->type.empty() ? option : nullptr;
    }
    if (open != nullptr) return values(open->type, word);
    if (const auto equals = word.find('='); word.starts_with("--") && equals != std::string::npos) {
        const auto* const option = option_named(*shape, word.substr(0, equals));
        if (option == nullptr) return {};
        for (const auto& value : values(option->type, word.substr(equals + 1)))
            all.push_back(word.substr(0, equals + 1) + value);
        return all;
    }
    if (word.starts_with('-')) {
        for (const auto& option : shape->options)
            all.insert(all.end(), option.names.begin(), option.names.end());
        return all;
    }
    if (shape == &shapes.front()) {
        for (const auto& each : shapes)
            if (&each != shape) all.push_back(each.name);
        return all;
    }
    if (shape->program) return {"<command>"};
    return placed_values(*shape, placed, word);
}

} // namespace

Words completions(const std::vector<Shape>& shapes, const Words& words)
{
    auto all = all_candidates(shapes, words);
    std::erase_if(all,
                  [&](const std::string& each) { return !each.starts_with('<') && !each.starts_with(words.back()); });
    return all;
}

} // namespace faultline::cli
