// The plans of config/ as a newcomer takes them: each must load without a mistake or a warning, and reference.toml must
// show every key that the parser knows. FAULTLINE_SOURCE_DIR is the repository.
#include "calls/functions.hpp"
#include "language/fault_keys.hpp"
#include "language/keys.hpp"
#include "plan_support.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace faultline::language {

namespace {

const std::filesystem::path config = std::filesystem::path(FAULTLINE_SOURCE_DIR) / "config";

std::string text_of(const std::filesystem::path& path)
{
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

class ConfigPlan : public testing::TestWithParam<std::string> {};

TEST_P(ConfigPlan, IsValidAndSaysNothingDoubtful)
{
    const auto path = (config / (GetParam() + ".toml")).string();
    const auto parsed = load(path);
    for (const auto& mistake : parsed.mistakes)
        ADD_FAILURE() << mistake.at(path);
    for (const auto& warning : parsed.warnings)
        ADD_FAILURE() << "warning: " << warning.at(path);
}

TEST_P(ConfigPlan, SaysOnTopHowToRunIt)
{
    const auto text = text_of(config / (GetParam() + ".toml"));
    EXPECT_TRUE(text.starts_with("# "));
    EXPECT_NE(text.find("config/" + GetParam() + ".toml"), std::string::npos);
}

std::vector<std::string> plans()
{
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(config))
        names.push_back(entry.path().stem().string());
    std::sort(names.begin(), names.end());
    return names;
}

INSTANTIATE_TEST_SUITE_P(, ConfigPlan, testing::ValuesIn(plans()), [](const auto& plan) {
    std::string name;
    for (const char c : plan.param)
        name += c == '-' ? '_' : c;
    return name;
});

TEST_P(ConfigPlan, IsNamedInTheDocumentation)
{
    const auto page = text_of(config.parent_path() / "docs/plan.md");
    EXPECT_TRUE(page.find('`' + GetParam() + '`') != std::string::npos ||
                page.find("config/" + GetParam() + ".toml") != std::string::npos)
        << "docs/plan.md does not name " << GetParam();
}

/// The (table, key) pairs that a plan sets, by its lines; and for keys of a fault the type of that fault.
struct Shown {
    std::set<std::pair<std::string, std::string>> keys;
    std::set<std::pair<std::string, std::string>> of_types; // (type, key)
};

Shown keys_in(const std::string& text)
{
    Shown shown;
    std::string section;
    std::string type;
    std::set<std::string> of_fault;
    const auto end_fault = [&] {
        for (const auto& key : of_fault)
            shown.of_types.emplace(type, key);
        of_fault.clear();
    };
    std::size_t begin = 0;
    while (begin < text.size()) {
        const auto end = std::min(text.find('\n', begin), text.size());
        const auto line = std::string_view(text).substr(begin, end - begin);
        begin = end + 1;
        if (line.starts_with('[')) {
            end_fault();
            const auto first = line.find_first_not_of('[');
            section = line.substr(first, line.find(']') - first);
            shown.keys.emplace("", section);
        } else if (const auto equals = line.find(" = "); !line.starts_with('#') && equals != std::string_view::npos) {
            const std::string key{line.substr(0, equals)};
            shown.keys.emplace(section, key);
            of_fault.insert(key);
            if (key == "type") type = line.substr(equals + 4, line.size() - equals - 5);
        }
    }
    end_fault();
    return shown;
}

TEST(Readme, CountsWhatTheTableHasInHundreds)
{
    const auto hundreds = [](std::size_t count) { return (count + 50) / 100 * 100; };
    const auto counts = fmt::format("About {} symbols of libc, {} functions", hundreds(calls::row_count),
                                    hundreds(calls::named_rows().size()));
    EXPECT_NE(text_of(config.parent_path() / "README.md").find(counts), std::string::npos) << counts;
}

TEST(Config, ReferenceShowsEveryKey)
{
    const auto shown = keys_in(text_of(config / "reference.toml"));
    for (const auto& key : known_keys())
        EXPECT_TRUE(shown.keys.contains({std::string{key.section}, std::string{key.name}}))
            << "config/reference.toml lacks " << (key.section.empty() ? "" : "[" + std::string{key.section} + "] ")
            << key.name;
}

/// Whether some end-to-end test has a plan with that line, or a test of the command an option with that item.
bool tests_have(const std::string& key, const std::string& value = "")
{
    const auto tests = config.parent_path() / "tests";
    const auto line = "\n" + key + " = " + value;
    for (const auto& entry : std::filesystem::directory_iterator(tests / "e2e"))
        if (entry.path().extension() == ".toml" && text_of(entry.path()).find(line) != std::string::npos) return true;
    for (const auto& entry : std::filesystem::directory_iterator(tests / "cli"))
        if (text_of(entry.path()).find(fmt::format(",{}={}", key, value)) != std::string::npos) return true;
    return false;
}

TEST(Types, HaveAnEndToEndTest)
{
    for (const auto type : type_names)
        EXPECT_TRUE(tests_have("type", '"' + std::string{type} + '"')) << type;
}

TEST(Selectors, HaveAnEndToEndTest)
{
    for (const auto key : selector_names)
        EXPECT_TRUE(tests_have(std::string{key})) << key;
}

/// The line of reference.toml that shows a key of a fault first.
std::string line_of(std::string_view key)
{
    const auto reference = text_of(config / "reference.toml");
    const auto begin = reference.find(fmt::format("\n{} = ", key)) + 1;
    return reference.substr(begin, reference.find('\n', begin) - begin);
}

// What goes by time or by chance is tried on the judge itself.
TEST(TriggerKeys, HaveATestOfWhatTheyStrike)
{
    const auto of_judge = text_of(config.parent_path() / "tests/unit/triggers_test.cpp");
    for (const auto& key : trigger_keys())
        EXPECT_TRUE(tests_have(std::string{key.name}) ||
                    of_judge.find(fmt::format("{} = ", key.name)) != std::string::npos)
            << key.name;
}

// A fault that is plain is asked for these alone (engine/judge.cpp); any other trigger would never be asked.
TEST(TriggerKeys, ButForThoseThatThePlainOnesHaveMakeAFaultNotPlain)
{
    const std::set<std::string_view> plain{"probability", "max_triggers", "count"};
    for (const auto& key : trigger_keys()) {
        const auto* const other = key.name == "probability" ? "max_triggers = 3\n" : "probability = 0.5\n";
        const Valid plan(with(other + line_of(key.name)));
        EXPECT_EQ(plan.fault().plain, plain.contains(key.name)) << key.name << ": fault.plain in language/builder.cpp";
    }
}

// What `faultline check` says of a plan would hide a key that has no words. Some lines show what holds by itself, and some
// cannot be left out: each key needs one that makes a difference, or that the plan is no plan without.
TEST(Config, ReferenceShowsThatEveryKeyOfAFaultHasWords)
{
    const auto reference = text_of(config / "reference.toml");
    const auto words = [](const Plan& plan) {
        Lines lines;
        for (const auto& fault : plan.view(plan.faults))
            lines.push_back(describe(plan, fault));
        return lines;
    };
    const Valid whole(reference);
    const auto said = words(whole.plan());
    for (const auto& key : fault_keys()) {
        if (key.name == "enabled") continue; // it is shown as what holds by itself
        bool matters = false;
        const auto line = fmt::format("\n{} = ", key.name);
        for (auto at = reference.find(line); at != std::string::npos && !matters; at = reference.find(line, at + 1)) {
            auto without = reference;
            without.erase(at, reference.find('\n', at + 1) - at);
            const auto parsed = parse(without, "/p");
            matters = parsed.block.empty() || words(parsed.plan()) != said;
        }
        EXPECT_TRUE(matters) << "`faultline check` has no words for " << key.name;
    }
}

// The page and the manual say how a plan is written: what is not in them does not exist for their readers. In the manual
// the words of a heading stand on a line of their own; man.pages looks for the types and their keys.
TEST(Documentation, NamesEveryTypeAndEveryKeyOfAFault)
{
    const auto page = text_of(config.parent_path() / "docs/plan.md");
    auto manual = text_of(config.parent_path() / "man/faultline-plan.5.scd");
    std::erase(manual, '\\');
    const auto has_heading = [&](std::string_view key) {
        for (const auto* const before : {"\n", ", "})
            for (const auto* const after : {"\n\t", ", "})
                if (manual.find(fmt::format("{}{}{}", before, key, after)) != std::string::npos) return true;
        return false;
    };
    for (const auto type : type_names)
        EXPECT_NE(page.find('`' + std::string{type} + '`'), std::string::npos) << "docs/plan.md lacks type " << type;
    for (const auto& key : fault_keys())
        EXPECT_NE(page.find('`' + std::string{key.name}), std::string::npos) << "docs/plan.md lacks " << key.name;
    for (const auto& keys : {selector_keys(), trigger_keys()})
        for (const auto& key : keys)
            EXPECT_TRUE(has_heading(key.name)) << "man/faultline-plan.5.scd lacks " << key.name;
}

// A key of some types only may mean something else on each of them.
TEST(Config, ReferenceShowsEveryTypeWithTheKeysOfItsOwn)
{
    const auto shown = keys_in(text_of(config / "reference.toml"));
    for (std::size_t type = 0; type < type_names.size(); ++type) {
        const std::string type_name{type_names[type]};
        EXPECT_TRUE(shown.of_types.contains({type_name, "type"})) << "config/reference.toml lacks type " << type_name;
        for (const auto& key : fault_keys()) {
            if ((key.types >> type & 1U) == 0 || std::popcount(key.types) > 2) continue;
            EXPECT_TRUE(shown.of_types.contains({type_name, std::string{key.name}}))
                << "config/reference.toml lacks " << key.name << " on a fault of type " << type_name;
        }
    }
}

} // namespace

} // namespace faultline::language
