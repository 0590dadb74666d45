// The second phase of boot: our constructor reads the environment and the plan, makes the record, and arms the slots
// last. While the plan is parsed no hook is armed, so nothing can recurse.
#include "hook/boot.hpp"
#include "calls/errors.hpp"
#include "effects/effects.hpp"
#include "engine/site.hpp"
#include "engine/trace.hpp"
#include "hook/fork_server.hpp"
#include "hook/lineage.hpp"
#include "hook/reach.hpp"
#include "hook/slots.hpp"
#include "hook/takeover.hpp"
#include "hook/track.hpp"
#include "language/parse.hpp"
#include "plan/block_file.hpp"
#include "plan/glob.hpp"
#include "sys/syscalls.hpp"
#include "sys/text.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <sys/auxv.h>
#include <unistd.h>

namespace faultline::hook {
namespace {

constexpr int own_error = 125; // the exit status of a harness that cannot do its work

/// Writes a line to standard error, however long. Boot only.
void say(const std::string& text)
{
    const std::string line = "faultline: " + text + "\n";
    sys::write_within_limit(2, line.data(), line.size());
}

[[noreturn]] void refuse(const std::string& text)
{
    say(text);
    sys::exit_group(own_error);
}

/// A view that ends with a NUL; an empty one may have no data.
std::string_view variable(char** environment, std::string_view name)
{
    for (char** entry = environment; entry != nullptr && *entry != nullptr; ++entry)
        if (std::strncmp(*entry, name.data(), name.size()) == 0 && (*entry)[name.size()] == '=')
            return *entry + name.size() + 1;
    return {};
}

// A start that hands everything on as it is allocates nothing: for many programs that would be all of their heap.

/// Asked for where something is relative to it.
std::string_view working_directory()
{
    [[gnu::section(".bss.late")]] static constinit char room[4096];
    const long length = sys::getcwd(room, sizeof room);
    return {room, length > 0 ? static_cast<std::size_t>(length) - 1 : 0};
}

std::string in_working_directory(std::string_view path)
{
    return std::string{working_directory()} + "/" + std::string{path};
}

/// The path of a file whose name stays, as the loader's does; it stays as well.
const char* absolute(std::string_view file)
{
    if (file.starts_with('/')) return file.data();
    [[gnu::section(".bss.late")]] static constinit char path[ledger::path_room];
    sys::Writer{path} << working_directory() << '/' << file;
    return path;
}

std::string_view file_name(std::string_view path)
{
    const auto slash = path.rfind('/');
    return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

/// Whether `programs` names this executable, by the name it was called by or by that of its file.
bool names_this_program(const plan::Plan& plan, const std::string& executable)
{
    return plan::program_named(plan, process.program) || plan::program_named(plan, file_name(executable));
}

/// Whether anything depends on which file this is: most plans do not ask.
bool goes_by_executable(const plan::Plan& plan)
{
    const auto faults = plan.view(plan.faults);
    return is_controlled() || plan.traces || plan.programs.count != 0 ||
           std::ranges::any_of(faults, [](const plan::Fault& fault) { return fault.program_globs.count != 0; });
}

std::string path_of_executable()
{
    std::string path(4096, '\0');
    const long length = sys::readlink("/proc/self/exe", path.data(), path.size());
    path.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
    return path;
}

/// A relative path in our environment would lead a child with another working directory astray, to no faults at all.
void make_absolute(const char* name, std::string_view value)
{
    if (!value.empty() && !value.starts_with('/')) setenv(name, in_working_directory(value).c_str(), 1);
}

/// The name of our own file, as the loader found it.
std::string_view own_file()
{
    dl_find_object found{}; // dladdr would look through all our symbols
    auto* const here = reinterpret_cast<void*>(&own_file);
    return _dl_find_object(here, &found) == 0 ? std::string_view{found.dlfo_link_map->l_name} : std::string_view{};
}

void settle_preload(std::string_view value)
{
    std::string whole;
    const auto file = own_file();
    for (std::size_t at = 0; at < value.size();) {
        const auto end = value.find_first_of(": ", at);
        const auto entry = value.substr(at, end == std::string_view::npos ? end : end - at);
        if (file_name(entry) == file_name(file)) remember_library(absolute(file));
        if (entry == value && entry.starts_with('/')) return; // as children are to find it
        const bool is_relative = entry.find('/') != std::string_view::npos && !entry.starts_with('/');
        if (!whole.empty()) whole += ':';
        whole += is_relative ? in_working_directory(entry) : std::string{entry};
        at = end == std::string_view::npos ? value.size() : end + 1;
    }
    if (whole != value) setenv("LD_PRELOAD", whole.c_str(), 1);
}

/// A copy of the plan that stays where it is for the life of the process.
plan::Plan* keep(const std::vector<std::byte>& block)
{
    void* const kept = sys::map(nullptr, block.size(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS);
    if (kept == nullptr) refuse("there is no memory for the plan");
    std::memcpy(kept, block.data(), block.size());
    return static_cast<plan::Plan*>(kept);
}

/// The plan, and what it was made from.
struct Found {
    plan::Plan* plan = nullptr;
    plan::TomlFile toml;
    bool compiled_here = false; // from TOML: no other process has done that for us
};

/// Takes the plan as another process has compiled it, or else compiles it. A block that does not fit is none, as long as
/// there is TOML to compile.
/// `path` and `handed_on` end with a NUL that is not counted.
Found find_plan(std::string_view config, std::string_view path, std::string_view handed_on)
{
    plan::Handed handed;
    if (!handed_on.empty()) handed = plan::read_block(handed_on.data(), path);
    const auto taken = [&] { return Found{handed.plan, handed.header.toml, false}; };
    if (handed.plan != nullptr) return taken();
    const int fd = sys::open(path.data(), O_RDONLY | O_NONBLOCK | O_NOCTTY);
    if (handed_on != path) handed = fd < 0 ? plan::Handed{} : plan::read_block(fd, path); // may be a compiled plan too
    if (handed.plan != nullptr) {
        sys::close(fd);
        return taken();
    }
    using enum plan::Fit;
    const bool no_toml = handed_on == path && sys::exists(path.data());
    if (handed.fit == foreign)
        refuse(std::string{config} + ": this compiled plan is for another version of Faultline (use the library that "
                                     "belongs to the command)");
    if (handed.fit == damaged || no_toml)
        refuse(std::string{config} + ": this compiled plan is damaged or cannot be read (start the run again)");

    const std::string file{path};
    const auto parsed = fd < 0 ? language::load(file) : language::load(fd, file);
    if (fd >= 0) sys::close(fd);
    if (!parsed.mistakes.empty()) {
        for (const auto& mistake : parsed.mistakes)
            say(mistake.at(config));
        sys::exit_group(own_error);
    }
    return {keep(parsed.block), parsed.toml, true};
}

/// Joins a run that can be changed while it goes on. Returns the plan that is in force there by now.
plan::Plan* take_part_in_control(const std::string& path, plan::Plan& base)
{
    const auto joined = plan::join_control(path.c_str());
    auto* const plan = joined.page == nullptr ? nullptr : begin_under_control(*joined.page, base);
    if (plan != nullptr) return plan;
    if (joined.fit == plan::Fit::foreign)
        refuse(path +
               ": this control file is of another version of Faultline (use the library that belongs to the command)");
    refuse(path + ": this control file is damaged or cannot be read (start the run again)");
}

/// Our ledger holds the plan too, for the programs that we start, for as long as they may need it.
void hand_on_plan() { setenv(std::string{plan::block_variable}.c_str(), ledger::place().ledger.data(), 1); }

/// Where our parent has put its own, ours takes that place: putenv() would have to find libc's function first.
void hand_on_lineage()
{
    char* const own = own_heirloom().text;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry)
        if (std::strncmp(*entry, lineage_variable.data(), lineage_variable.size()) == 0) {
            *entry = own;
            return;
        }
    putenv(own);
}

std::uint64_t drawn_seed()
{
    std::uint64_t seed = 0;
    if (sys::call(SYS_getrandom, sys::address(&seed), sizeof seed, 0) != sizeof seed)
        seed = engine::mix(static_cast<std::uint64_t>(sys::now(CLOCK_REALTIME)) ^
                           static_cast<std::uint64_t>(sys::getpid()));
    return seed >> 1U; // a seed is below 2^63, so that every JSON reader takes it
}

void choose_seed(std::string_view given, const Inheritance* inherited)
{
    if (!given.empty()) {
        const auto seed = language::parse_seed(given);
        if (!seed)
            refuse("FAULT_SEED is '" + std::string{given} +
                   "'; it must be a whole number from 0 to 9223372036854775807");
        process.seed = *seed;
    } else if (process.plan->seed_given) {
        process.seed = process.plan->seed;
    } else {
        process.seed = inherited != nullptr ? inherited->seed : drawn_seed();
    }
}

/// What a file held when it was last synced is not known in this process.
void refuse_to_revert(const plan::Plan& plan)
{
    for (const auto& fault : plan.view(plan.faults))
        if (fault.enabled && fault.after_failure == plan::AfterFailure::revert)
            refuse(
                "fault '" + std::string{plan.text(fault.name)} +
                "': after_failure is 'revert', and no recorder is here that knows what files held when they were last "
                "synced (run it below one: faultline powerloss … -- faultline run … -- PROGRAM)");
}

bool disabled_by(std::string_view value)
{
    if (value.empty() || value == "0") return false;
    if (value != "1")
        refuse("FAULT_DISABLE is '" + std::string{value} + "'; it must be 1, to let everything pass, or 0");
    return true;
}

/// The ledger of the image that this one has replaced is no longer needed: that image wrote its statistics file.
/// In the directory of `faultline run` it is the record itself, which the command reads.
void remove_replaced_ledger(const Inheritance& inherited, std::string_view run)
{
    if (inherited.replaced_pid != sys::getpid() || inherited.replaced_ledger.empty()) return;
    process.image_by_exec = true;
    if (!run.empty() && inherited.replaced_ledger.starts_with(run)) return;
    // An empty one, of which no statistics file was written, the command has yet to count.
    const auto statistics = inherited.replaced_ledger.substr(0, inherited.replaced_ledger.rfind(".live"));
    if (!run.empty() && !sys::exists(std::string{statistics}.c_str())) return;
    if (!process.plan->leaves_ledger) ledger::remove_replaced(std::string{inherited.replaced_ledger}.c_str());
}

void at_exit(int status, void*) { finish(ledger::State::finished, status & 0xff); }
void at_quick_exit_of_host() { finish(ledger::State::finished, quick_exit_status & 0xff); }

/// Joins the board of the run, or, as the first process of it, makes one and tells the children where.
void take_part_in_run(const plan::Plan& plan, std::string_view board)
{
    if (!board.empty() && ledger::join_board(plan, std::string{board}.c_str(), process.image_by_exec)) return;
    const bool shared = ledger::create_board(plan);
    if (shared) setenv(std::string{ledger::board_variable}.c_str(), std::string{ledger::board_path()}.c_str(), 1);
    if (!shared || !board.empty()) process.header->trouble |= ledger::run_unshared;
    if (ledger::run_matches() == nullptr)
        refuse("there is no memory for what "
               "the run counts");
}

/// Registered before anything of the host's, so they run after all of it.
void register_handlers_of_exit()
{
    on_exit(&at_exit, nullptr);
    at_quick_exit(&at_quick_exit_of_host);
}

void boot(int argc, char** argv, char** environment)
{
    if (variable(environment, "FAULT_CONFIG").empty() || getauxval(AT_SECURE) != 0) return;
    sys::use_vdso();
    effects::use_libc([](calls::Id row) { return resolve(row); });
    engine::use_dirfd([](void* directory) { return dirfd(static_cast<DIR*>(directory)); });
    pthread_atfork(&before_fork, &after_fork_in_parent, &after_fork_in_child);
    if (!becomes_fork_server(environment)) return take_up_plan(argc, argv, environment);
    register_handlers_of_exit();
    engine::prepare_unwinding(); // for all runs
    arm_row(calls::id___libc_start_main);
}

[[gnu::constructor]] void constructor(int argc, char** argv, char** environment)
{
    offer_layers();
    boot(argc, argv, environment);
}

} // namespace

void take_up_plan(int argc, char** argv, char** environment)
{
    const auto config = variable(environment, "FAULT_CONFIG");
    process.pid = sys::getpid();
    process.arguments.keep(argc, argv);
    process.ppid = sys::getppid();
    static constinit ledger::Name<256> program{}; // a copy, for the same reason as that of the arguments
    program.assign(file_name(argc > 0 ? argv[0] : ""));
    process.program = program.view();
    if (process.program.starts_with('-')) process.program.remove_prefix(1); // a login shell

    const auto absolute = config.starts_with('/') ? std::string{} : in_working_directory(config);
    const auto handed_on = variable(environment, plan::block_variable);
    const auto found = find_plan(config, absolute.empty() ? config : absolute, handed_on);
    auto* plan = found.plan;
    const auto& base = *found.plan;
    if (const auto control = variable(environment, plan::control_variable); !control.empty())
        plan = take_part_in_control(std::string{control}, *plan);
    process.plan = plan;
    process.toml = found.toml;
    if (process.forked_at_main && plan->arm == plan::Arm::load)
        refuse("arm is 'load': a child of the fork server begins at main, after the constructors");
    const auto executable = goes_by_executable(*plan) ? path_of_executable() : std::string{};
    process.selected = names_this_program(*plan, executable);
    mark_elsewhere(*plan, file_name(executable));
    process.disabled = disabled_by(variable(environment, "FAULT_DISABLE"));
    if (!process.disabled && variable(environment, "FAULT_RECORDING").empty()) refuse_to_revert(*plan);

    Inheritance inherited;
    const bool is_child = parse_inheritance(variable(environment, "FAULT_LINEAGE"), inherited);
    process.is_child = is_child;
    choose_seed(variable(environment, "FAULT_SEED"), is_child ? &inherited : nullptr);
    if (is_child)
        process.lineage = inherited.lineage;
    else
        process.lineage.assign("0");
    if (is_child) remove_replaced_ledger(inherited, variable(environment, "FAULT_RUN"));

    make_absolute("FAULT_CONFIG", config);
    settle_preload(variable(environment, "LD_PRELOAD"));
    write_heirloom(own_heirloom().text, process.lineage, 0, {});
    hand_on_lineage();

    if (process.selected) {
        auto stats = variable(environment, "FAULT_STATS");
        if (stats.empty()) stats = plan->text(plan->stats_file);
        if (stats.empty()) stats = ledger::default_pattern;
        const auto directory = stats.starts_with('/') ? std::string_view{} : working_directory();
        ledger::set_pattern(stats, directory, variable(environment, "FAULT_RUN"));
        ledger::join_reserve();
        make_record();
        if (process.header == nullptr)
            refuse("there is no memory for the "
                   "ledger");
        const bool handed_by_replaced = is_child && !handed_on.empty() && handed_on == inherited.replaced_ledger;
        if ((found.compiled_here || handed_by_replaced) && ledger::is_in_file()) hand_on_plan();
        if (base.counts_run) take_part_in_run(base, variable(environment, ledger::board_variable));
        engine::prepare_sites(reinterpret_cast<const void*>(&boot));
        if (plan->traces && !engine::prepare_trace(executable)) refuse("there is no memory for the trace");
        if (!process.forked_at_main) register_handlers_of_exit();
    }
    if (process.selected && process.plan->arm == plan::Arm::load) arm();
    arm_rows();
    if (process.selected && is_controlled() && !watch_rows())
        refuse("a run on this processor cannot be changed while it goes on (leave out --control)");
}

} // namespace faultline::hook
