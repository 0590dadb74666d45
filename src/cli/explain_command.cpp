// faultline explain: what faults can do to a program, before anything is run: whether the loader preloads anything into
// it, and which of its calls go through libc.
#include "cli/cli.hpp"

#include "calls/spec.hpp"
#include "cli/list.hpp"
#include "door/fit.hpp"
#include "report/json_document.hpp"
#include "report/terminal.hpp"
#include "run/imports.hpp"
#include "run/run_plan.hpp"
#include "run/target.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fmt/format.h>
#include <memory>

namespace faultline::cli {

namespace {

using report::counted, report::Json, report::printable, report::wrapped;
using run::Covered, run::Imports, run::Modules, run::Obstacle, run::Target;

/// The exit status; the words are those of the JSON.
enum Verdict : int { works = 0, partly = 1, refused = 2 };
constexpr std::string_view verdicts[] = {"works", "partly", "no"};

struct Explanation {
    Target target;
    Modules modules;
    Imports imports;
    Verdict verdict = works;
    std::vector<std::string> reasons; // for the verdict, in whole sentences
    std::vector<std::string> notes;   // what else is good to know
    // Of a plan that was given: its functions, which system calls they are for the kernel's door, and what that refuses.
    run::RunPlan plan;
    Names functions;
    door::Fit fit;
};

/// What a plan is for the kernel's door, whether or not this program needs it. False where there are mistakes in it.
bool look_at_plan(Explanation& about, const std::string& file, const std::vector<std::string>& faults)
{
    about.plan = run::make_run_plan(file, faults, {});
    for (const auto& mistake : about.plan.mistakes)
        fmt::print(stderr, "faultline: {}\n", mistake);
    if (!about.plan.mistakes.empty()) return false;
    const auto& plan = about.plan.parsed.plan();
    for (const auto& function : plan.view(plan.functions))
        if (function.faults.count != 0) about.functions.push_back(plan.text(function.name));
    auto block = about.plan.parsed.block; // what the door cannot strike is taken out of it
    about.fit = door::fit(block);
    return true;
}

std::string name_of(const Explanation& about)
{
    return printable(std::filesystem::path(about.target.program).filename().string());
}

void judge(Explanation& about)
{
    const auto& [all, missing] = about.modules;
    const auto& imports = about.imports;
    const auto say = [&](Verdict verdict, std::string reason) {
        about.verdict = std::max(about.verdict, verdict);
        about.reasons.push_back(std::move(reason));
    };
    const auto name = name_of(about);
    for (const auto& library : missing)
        say(refused, fmt::format("{}, which {} needs, is not found: the loader will not start the program.",
                                 library.name, library.needed_by));
    if (all.front().go)
        say(partly, fmt::format("{} is a Go program, and Go makes its system calls itself: only calls that go through "
                                "cgo are struck. faultline run --door kernel reaches the others.",
                                name));
    else if (all.front().symbols.empty())
        say(partly, fmt::format("What {} imports cannot be read: it has no table of dynamic symbols.", name));
    else if (imports.covered.empty())
        say(partly, fmt::format("Neither {} nor a library of it imports a function that can be struck.", name));
    for (const auto& importer : imports.with_syscall) {
        if (importer == all.front().name)
            say(partly,
                fmt::format("{} makes system calls through syscall(): a fault on the function of that name (read, "
                            "statx, getrandom …) strikes them, and one on 'syscall' those that are no function here "
                            "(futex, io_uring_enter …).",
                            name));
        else
            about.notes.push_back(fmt::format("{} makes system calls through syscall().", importer));
    }
    for (const auto& importer : imports.with_io_uring)
        say(partly,
            fmt::format("{} does input and output through io_uring (liburing), past libc: no fault strikes that.",
                        importer == all.front().name ? name : importer));
    for (const auto& module : all)
        if (module.go && &module != &all.front())
            about.notes.push_back(fmt::format("{} is made with Go, which makes its system calls itself.", module.name));
    if (imports.loads_more)
        about.notes.emplace_back(
            "Libraries that are loaded later, with dlopen, are struck as well but not counted here; those that are "
            "loaded with RTLD_DEEPBIND or by dlmopen are not struck, and the record names them.");
    if (!about.target.scripts.empty())
        about.notes.emplace_back("Programs that the script starts are struck as well but not looked at here.");
}

std::string headline(const Explanation& about)
{
    constexpr std::string_view words[] = {"preloading works", "preloading works in part", "preloading does not work"};
    return fmt::format("{}: {}\n", printable(about.target.path), words[about.verdict]);
}

/// The functions for which `wanted` holds, a paragraph a family.
template <class Wanted>
void print_families(const std::vector<Covered>& covered, std::string_view title, const Wanted& wanted)
{
    const auto number = static_cast<std::size_t>(std::ranges::count_if(covered, wanted));
    if (number == 0) return;
    fmt::print("\n{}: {}\n", title, counted(number, "function"));
    for (const auto family : calls::family_names) {
        std::vector<std::string_view> names;
        for (const auto& each : covered)
            if (each.family == family && wanted(each)) names.push_back(each.name);
        if (!names.empty()) fmt::print("  @{}\n{}", family, wrapped(names, "    "));
    }
}

void print_door(const Explanation& about)
{
    if (about.functions.empty()) return;
    fmt::print("\nThrough the kernel's door (faultline run --door kernel) the plan's functions are:\n{}",
               door_text(about.functions));
    if (const auto obstacle = door::obstacle(); !obstacle.empty())
        fmt::print("  It cannot be used here: {}\n", obstacle);
    for (const auto& refusal : about.fit.refusals)
        fmt::print("  Refused: {}\n", printable(refusal));
    for (const auto& warning : about.fit.warnings)
        fmt::print("  Warning: {}\n", printable(warning));
}

void print_text(const Explanation& about, bool all)
{
    fmt::print("{}", headline(about));
    const auto& scripts = about.target.scripts;
    for (std::size_t i = 0; i < scripts.size(); ++i)
        fmt::print("  {} is run by {}\n", printable(scripts[i]),
                   printable(i + 1 < scripts.size() ? scripts[i + 1] : about.target.program));
    for (const auto& reason : about.reasons)
        fmt::print("  {}\n", printable(reason));
    if (!about.target.advice.empty()) fmt::print("  {}\n", about.target.advice);
    for (const auto& note : about.notes)
        fmt::print("  Note: {}\n", printable(note));
    print_door(about);
    if (about.modules.all.empty()) return;

    const auto& imports = about.imports;
    print_families(imports.covered, fmt::format("Faults can strike, imported by {}", name_of(about)),
                   [](const Covered& each) { return each.by_program; });
    print_families(imports.covered, "Imported by its libraries only",
                   [](const Covered& each) { return !each.by_program; });
    if (!imports.own.empty())
        fmt::print("\nNot struck where the program itself calls them, for it defines them itself:\n{}",
                   wrapped(std::vector(imports.own.begin(), imports.own.end()), "  "));
    if (!imports.left_out.empty()) {
        std::map<std::string_view, std::string> by_reason;
        for (const auto& [symbol, importers] : imports.left_out) {
            auto& names = by_reason[run::left_out_because(symbol)];
            names += (names.empty() ? "" : ", ") + symbol;
        }
        fmt::print("\nLeft out of Faultline on purpose: {}\n", counted(imports.left_out.size(), "function"));
        for (const auto& [reason, names] : by_reason)
            fmt::print("  {}: {}\n", names, reason);
    }
    if (!imports.others.empty()) {
        fmt::print("\nOther imports from libc, which Faultline does not know: {}{}\n",
                   counted(imports.others.size(), "function"), all ? "" : " (--all lists them)");
        std::vector<std::string_view> names;
        for (const auto& [symbol, importers] : imports.others)
            names.push_back(symbol);
        if (all) fmt::print("{}", wrapped(names, "  "));
    }
    fmt::print("\nLibraries: {}\n", about.modules.all.size() - 1);
    for (std::size_t i = 1; i < about.modules.all.size(); ++i)
        fmt::print("  {} => {}\n", printable(about.modules.all[i].name), printable(about.modules.all[i].path));
}

void print_json(const Explanation& about)
{
    const auto& imports = about.imports;
    auto document = Json::object();
    document["faultline"] = FAULTLINE_VERSION;
    document["path"] = about.target.path;
    document["scripts"] = about.target.scripts;
    document["program"] = about.target.program;
    document["preloading"] = verdicts[about.verdict];
    document["obstacle"] = about.target.obstacle == Obstacle::none ? Json() : Json(run::name_of(about.target.obstacle));
    document["door"] = about.verdict != refused                          ? Json("preload")
                       : run::kernel_door_reaches(about.target.obstacle) ? Json("kernel")
                                                                         : Json();
    document["reasons"] = about.reasons;
    document["notes"] = about.notes;
    if (!about.functions.empty())
        document["plan"] = Json::object({{"functions", door_json(about.functions)},
                                         {"refusals", about.fit.refusals},
                                         {"warnings", about.fit.warnings}});
    auto& covered = document["covered"] = Json::object();
    for (const auto& each : imports.covered)
        covered[each.name] =
            Json::object({{"family", each.family}, {"symbols", each.symbols}, {"importers", each.importers}});
    document["own"] = imports.own;
    auto& left_out = document["left_out"] = Json::object();
    for (const auto& [symbol, importers] : imports.left_out)
        left_out[symbol] = Json::object({{"reason", run::left_out_because(symbol)}, {"importers", importers}});
    auto& others = document["others"] = Json::array();
    for (const auto& [symbol, importers] : imports.others)
        others.push_back(symbol);
    auto& libraries = document["libraries"] = Json::array();
    for (std::size_t i = 1; i < about.modules.all.size(); ++i)
        libraries.push_back(Json::object({{"name", about.modules.all[i].name}, {"path", about.modules.all[i].path}}));
    auto& missing = document["missing"] = Json::array();
    for (const auto& library : about.modules.missing)
        missing.push_back(Json::object({{"name", library.name}, {"needed_by", library.needed_by}}));
    fmt::print("{}\n", report::lines(document));
}

struct ExplainOptions {
    std::string program, plan, format = "text";
    std::vector<std::string> faults;
    bool all = false;
};

int explain(const ExplainOptions& options)
{
    const auto& command = options.program;
    Explanation about;
    if ((!options.plan.empty() || !options.faults.empty()) && !look_at_plan(about, options.plan, options.faults))
        return own_error;
    about.target = run::find_target(command);
    const auto fail = [&](int status, std::string_view problem) {
        return cli::fail(status, fmt::format("{}: {}", printable(command), printable(problem)));
    };
    if (about.target.obstacle == Obstacle::not_found) return fail(not_found, about.target.problem);
    if (about.target.obstacle == Obstacle::not_executable) return fail(cannot_run, about.target.problem);
    if (about.target.obstacle != Obstacle::none) {
        about.verdict = refused;
        auto reason = about.target.problem + ".";
        about.reasons.push_back(std::move(reason));
        about.reasons.front().front() = static_cast<char>(std::toupper(about.reasons.front().front()));
    } else {
        const run::ElfFile file(about.target.program);
        if (!file.valid()) return fail(own_error, "it cannot be read: what it imports stays unknown");
        about.modules = run::load_modules(about.target.program);
        about.imports = run::sort_imports(about.modules);
        judge(about);
    }
    if (options.format == "json")
        print_json(about);
    else
        print_text(about, options.all);
    return about.verdict;
}

} // namespace

SUBCOMMAND(explain, 80, "Whether a program can be preloaded, and which calls of it can be struck")
{
    const auto options = std::make_shared<ExplainOptions>();
    self.word("PROGRAM", options->program, "a file, or a command along PATH");
    self.option("-c,--config", options->plan, "a plan: also say which system calls its functions are for --door kernel",
                "PLAN");
    self.option("-f,--fault", options->faults, "the same for a fault, as faultline run takes it", "FAULT");
    self.flag("--all", options->all, "also list what is imported from libc and of no interest here");
    self.format(options->format);
    self.footer("Examples:\n"
                "  faultline explain ./server\n"
                "  faultline explain --format json git | jq '.covered | keys'\n"
                "  faultline explain -f open,fopen,malloc:errno=ENOMEM ./server\n"
                "\n"
                "Exit status: 0 preloading works; 1 it works in part: the program also makes system calls past libc\n"
                "(Go, syscall()); 2 it does not work (static, setuid, another architecture, musl …); 125 the program\n"
                "cannot be looked at, 126 it cannot be run, 127 it is not found.");
    self.action([options] { return explain(*options); });
}

} // namespace faultline::cli
