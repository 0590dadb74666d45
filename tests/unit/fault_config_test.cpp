// What the description of a fault refuses, and when.
#include <faultline/faultline.hpp>

#include <gtest/gtest.h>

namespace faultline {
namespace {

FaultConfig throwing(std::string name, std::string function)
{
    return {.name = std::move(name), .functions = {std::move(function)}, .type = Type::exception};
}

template <class Action>
std::string refusal(const Action& action)
{
    try {
        action();
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return {};
}

TEST(FaultConfig, SaysAtOnceWhatIsWrongWithIt)
{
    EXPECT_EQ(refusal([] {
                  [[maybe_unused]] const FaultConfig made{
                      .name = "x", .functions = {"f"}, .type = Type::exception, .probability = 1.5};
              }),
              "faultline: fault 'x': probability is 1.5; it must be from 0.0 to 1.0");
    EXPECT_EQ(refusal([] { [[maybe_unused]] const FaultConfig made{.functions = {"f"}, .type = Type::exception}; }),
              "faultline: name is an empty string (give it a value)");
    EXPECT_EQ(
        refusal([] { [[maybe_unused]] const FaultConfig made{.name = "x", .functions = {"f"}, .error = "ENOSPACE"}; }),
        "faultline: fault 'x': unknown errno 'ENOSPACE' (did you mean 'ENOSPC'?)");
    EXPECT_EQ(refusal([] {
                  [[maybe_unused]] const FaultConfig made{
                      .name = "x", .functions = {"f"}, .type = Type::exception, .max_triggers = 0, .on = "0"};
              }),
              "faultline: fault 'x': max_triggers is 0; it must be 1 or more; on is '0'; matches are "
              "numbered from 1");
    EXPECT_EQ(refusal([] {
                  [[maybe_unused]] const FaultConfig made{.name = "slow", .functions = {"f"}, .type = Type::delay};
              }),
              "faultline: fault 'slow': the key 'delay' is missing (type 'delay' needs it)");
    EXPECT_EQ(refusal([] { [[maybe_unused]] const FaultConfig made{.name = "x", .functions = {"f"}, .type = "holt"}; }),
              "faultline: fault 'x': unknown type 'holt' (did you mean 'hold'?)");
    const FaultConfig by_name{.name = "x", .functions = {"rename"}, .type = "hold", .more = "file = \"/tmp/go\""};
    EXPECT_NE(by_name.to_toml().find("type = \"hold\""), std::string::npos);
    FaultConfig blank; // to be filled in
    blank.name = "x";
}

TEST(FaultConfig, SaysWhereItIsUsedWhatOnlyThatTells)
{
    Injector injector;
    EXPECT_EQ(
        refusal([&] { injector.add({.name = "x", .functions = {"write"}, .error = "EIO", .path = {"/tmp/**"}}); }),
        "faultline: the selector path on 'write', a function of the program's own, cannot mean anything (it has "
        "neither a path nor a descriptor)");
    EXPECT_EQ(refusal([&] { injector.add({.name = "x", .functions = {"@write"}, .error = "EIO"}); }),
              "faultline: functions has '@write'; each of a program's own functions is named in full");
    injector.add(throwing("x", "f"));
    EXPECT_EQ(refusal([&] { injector.add(throwing("x", "g")); }),
              "faultline: the name 'x' is already taken (remove that fault first)");
    EXPECT_EQ(refusal([&] { injector.add("name = \"y\"\nfunctions = [\"f\"]\ntype = \"sleep\""); }).substr(0, 37),
              "faultline: 3:8: unknown type 'sleep' ");
    EXPECT_EQ(refusal([&] { injector.add("seed = 3\n" + Faults(throwing("y", "f")).toml()); }),
              "faultline: 1:1: 'seed' belongs in a plan (here stand only [[fault]] tables)");
}

TEST(FaultConfig, RefusesWhatOnlyAPlanCanHave)
{
    const auto problem = [](std::string_view fault, int own) {
        char why[300] = "";
        const auto text = "name = 'x'\ntype = 'errno'\nerrno = 'EIO'\n" + std::string(fault);
        const int outcome = faultline_check(text.c_str(), own, why, sizeof why);
        EXPECT_EQ(outcome, why[0] == '\0' ? 0 : -1);
        return std::string(why);
    };
    EXPECT_EQ(problem("functions = ['write']\non = 2\ncount = 'fd'", 0),
              "6:1: 'count' of this kind needs a plan that the process is started under (FAULT_CONFIG)");
    EXPECT_EQ(problem("functions = ['write']\non = 2\nsticky = 'site'", 0),
              "6:1: 'sticky' of this kind needs a plan that the process is started under (FAULT_CONFIG)");
    EXPECT_EQ(problem("functions = ['fsync']\nafter_failure = 'revert'", 0),
              "5:1: 'after_failure' of this kind needs a plan that the process is started under (FAULT_CONFIG)");
    EXPECT_EQ(problem("functions = ['write']\nthread = 'worker*'", 0),
              "5:1: 'thread' of this kind needs a plan that the process is started under (FAULT_CONFIG)");
    EXPECT_EQ(problem("functions = ['write']\non = 2\nsticky = 'fault'\nbudget = '10KiB'", 0), "");
    EXPECT_EQ(problem("functions = ['f']\nsticky = 'fault'\nburst = { enter = 0.5, leave = 0.5 }\nafter = '1s'", 1),
              "");
    EXPECT_NE(problem("functions = ['f']\nbudget = '10KiB'", 1), "");
    for (const auto* type : {"hang", "crash", "drop", "short", "reset", "clock", "throttle", "signal"}) {
        char why[300] = "";
        const auto text = "name = 'x'\nfunctions = ['f']\ntype = '" + std::string(type) + "'\n";
        EXPECT_EQ(faultline_check(text.c_str(), 1, why, sizeof why), -1) << type;
    }
}

} // namespace
} // namespace faultline
