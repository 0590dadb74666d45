#include "run/run.hpp"

#include "door/door.hpp"
#include "door/fit.hpp"
#include "ledger/place.hpp"
#include "ledger/reserve.hpp"
#include "run/control_file.hpp"
#include "run/environment.hpp"
#include "run/forwarding.hpp"
#include "run/run_records.hpp"
#include "run/target.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace faultline::run {

namespace {

/// Makes what all processes of the tree write to: the list of images, and room for those that can make no file.
bool make_shared_files(const RunDirectory& directory, const plan::Plan& plan)
{
    constexpr int for_all_to_write = 0666;
    if (directory.write("images", "", for_all_to_write).empty()) return false;
    const auto reserve = fmt::format("{}/{}", directory.path(), ledger::reserve_name);
    constexpr auto longer_path = 2 * ledger::page; // the plan that the program loads may name its file by a longer one
    const auto bytes = ledger::slot_bytes(plan) + longer_path;
    const auto error = ledger::make_reserve(reserve.c_str(), ledger::reserve_slots_of_run, bytes, for_all_to_write);
    // Without space for them, what is missing in the end is at least counted.
    return error == 0 || ledger::make_reserve(reserve.c_str(), 0, bytes, for_all_to_write) == 0;
}

/// The pattern for the names of statistics files; empty: they are read and removed.
std::string statistics_pattern(const Request& request)
{
    if (!request.statistics.empty()) return request.statistics;
    const char* const variable = std::getenv("FAULT_STATS");
    if (variable != nullptr && *variable != '\0') return variable;
    const auto& plan = request.plan->parsed.plan();
    return request.plan->source.empty() ? std::string() : std::string(plan.text(plan.stats_file));
}

Refusal refusal_of(const Target& target)
{
    using enum Refusal::Kind;
    const auto kind = target.obstacle == Obstacle::not_found || target.obstacle == Obstacle::absent ? not_found
                      : target.obstacle == Obstacle::not_executable                                 ? not_executable
                                                                                                    : not_preloaded;
    return {
        .kind = kind, .obstacle = target.obstacle, .of_command = true, .text = target.problem, .advice = target.advice};
}

Refusal refuse(Refusal::Kind kind, std::string text)
{
    return {.kind = kind, .obstacle = {}, .of_command = false, .text = std::move(text), .advice = {}};
}

/// Why the keeper could not start the program.
Refusal refusal_of(const Note& note, const Request& request)
{
    const auto reason = std::strerror(note.status);
    const auto about = [&](std::string_view what) {
        return refuse(Refusal::Kind::not_started, fmt::format("{}: {}", what, reason));
    };
    switch (note.step) {
    case Note::Step::fork:
        return about("no process can be made");
    case Note::Step::directory:
        return about(request.directory);
    case Note::Step::input:
        return about(request.input);
    case Note::Step::output:
        return about(request.output);
    case Note::Step::error:
        return about(request.error);
    case Note::Step::limits:
        return about("the limits cannot be set");
    case Note::Step::execute:
        break;
    }
    const auto kind = note.status == ENOENT ? Refusal::Kind::not_found : Refusal::Kind::not_executable;
    return {.kind = kind, .obstacle = {}, .of_command = true, .text = reason, .advice = {}};
}

/// What the program's process does before it is executed.
struct Before {
    const Forwarding* forwarding = nullptr;
    const door::Door* door = nullptr;
};

void prepare_process(const void* before)
{
    const auto& what = *static_cast<const Before*>(before);
    if (what.forwarding != nullptr) what.forwarding->restore();
    if (what.door != nullptr) door::Door::enter(what.door);
}

} // namespace

struct Launch::State {
    explicit State(const Request& wanted) : request(wanted) {}
    ~State() { close(); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    void begin();
    void prepare(Setting& setting, const Target& target);
    void choose_way(const Target& target);
    void open_door();
    bool take(bool wait); // the notes that are there, or else one; returns whether that was the last one
    void note(const Note& note);
    void close() noexcept;
    void refuse_with(Refusal refusal) { outcome.refusal = std::move(refusal); }

    const Request request;
    std::optional<RunDirectory> directory; // only of a run with a plan
    std::optional<Forwarding> forwarding;
    std::optional<door::Door> door;
    Before before;
    Keeper keeper;
    Deaths deaths;
    Outcome outcome;
    bool over = false;
    bool in_directory = false; // the statistics files are meant to stand in the run's own directory
};

/// What the program is to find in its environment, or else the refusal.
void Launch::State::prepare(Setting& setting, const Target& target)
{
    setting.changes = request.environment;
    setting.unset = request.unset;
    if (request.plan == nullptr) return;
    const auto& plan = *request.plan;
    directory.emplace();
    using enum Refusal::Kind;
    if (directory->path().empty())
        return refuse_with(
            refuse(no_directory, fmt::format("a directory for this run cannot be made under TMPDIR or /tmp: {}",
                                             std::strerror(errno))));
    const bool preloads = outcome.way == Way::preload;
    if (preloads) setting.library = find_library();
    constexpr unsigned for_all_to_read = 0644;
    setting.block = directory->write("plan", compiled(plan.parsed, plan.parsed.toml), for_all_to_read);
    const auto& parsed = plan.parsed.plan();
    setting.config = plan.parsed.toml == plan::TomlFile{} ? setting.block : std::string(parsed.text(parsed.source));
    setting.seed = plan.seed;
    setting.needed = target.needed;
    if (preloads && setting.library.empty())
        return refuse_with(
            refuse(no_library,
                   std::getenv("FAULTLINE_LIBRARY") != nullptr
                       ? "FAULTLINE_LIBRARY names a file that is not there"
                       : "libfaultline.so is neither beside this command nor in ../lib (FAULTLINE_LIBRARY names it)"));
    if (setting.block.empty() || !make_shared_files(*directory, plan.parsed.plan()))
        return refuse_with(
            refuse(no_directory, fmt::format("{} cannot be written to: {}", directory->path(), std::strerror(errno))));
    if (!plan.session.empty()) {
        constexpr unsigned for_us = 0600;
        setting.control =
            directory->write(std::string(plan::control_name), fresh_control(plan.parsed), for_all_to_read);
        const bool whole = !setting.control.empty() &&
                           !directory->write(std::string(session_name), plan.session, for_us).empty() &&
                           !directory->write(std::string(first_session_name), plan.session, for_us).empty();
        if (!whole)
            return refuse_with(refuse(
                no_directory, fmt::format("{} cannot be written to: {}", directory->path(), std::strerror(errno))));
    }
    setting.stats = request.statistics;
    const auto wished = statistics_pattern(request);
    if (!wished.empty() && ledger::is_special(wished.c_str())) outcome.unwanted_statistics = wished;
    in_directory = wished.empty() || !outcome.unwanted_statistics.empty();
    if (in_directory) setting.stats = directory->path() + "/fault-stats.%p.json";
}

void Launch::State::choose_way(const Target& target)
{
    outcome.way = request.way;
    if (request.way != Way::automatic) return;
    const bool kernel = kernel_door_reaches(target.obstacle) && door::obstacle().empty();
    outcome.way = kernel ? Way::kernel : Way::preload;
    if (kernel) outcome.why_kernel = target.problem;
}

/// Starts the supervisor of the kernel's door, or says why not.
void Launch::State::open_door()
{
    const auto& plan = *request.plan;
    using enum Refusal::Kind;
    if (!plan.session.empty())
        return refuse_with(refuse(no_door, "a run through the kernel's door cannot be changed while it goes on (leave "
                                           "out --control, or use --door preload)"));
    if (const auto obstacle = door::obstacle(); !obstacle.empty())
        return refuse_with(refuse(no_door, fmt::format("the kernel's door cannot be used: {}", obstacle)));
    auto block = plan.parsed.block;
    const auto fit = door::fit(block);
    if (!fit.refusals.empty()) return refuse_with(refuse(no_door, fmt::format("{}", fmt::join(fit.refusals, "\n"))));
    outcome.warnings = fit.warnings;
    const char* const stats = std::getenv("FAULT_STATS");
    const char* const disable = std::getenv("FAULT_DISABLE");
    const auto& parsed = plan.parsed.plan();
    auto pattern = in_directory                         ? directory->path() + "/fault-stats.%p.json"
                   : !request.statistics.empty()        ? request.statistics
                   : stats != nullptr && *stats != '\0' ? std::string(stats)
                                                        : std::string(parsed.text(parsed.stats_file));
    const auto start_in =
        request.directory.empty() ? std::filesystem::current_path() : std::filesystem::absolute(request.directory);
    door.emplace(door::Setting{.plan = std::move(block),
                               .seed = plan.seed,
                               .statistics = std::move(pattern),
                               .directory = directory->path(),
                               .working_directory = start_in.string(),
                               .disabled = disable != nullptr && std::string_view(disable) == "1"},
                 fit.numbers);
    if (const auto problem = door->problem(); !problem.empty()) refuse_with(refuse(no_door, problem));
}

void Launch::State::begin()
{
    over = true;
    const auto target = find_target(request.command.front());
    choose_way(target);
    const bool reachable = request.plan == nullptr ? target.obstacle > Obstacle::absent
                                                   : outcome.way == Way::kernel && kernel_door_admits(target.obstacle);
    const bool runs = target.obstacle == Obstacle::none || reachable;
    if (!runs) return refuse_with(refusal_of(target));
    Setting setting;
    prepare(setting, target);
    if (outcome.refusal) return;
    if (request.plan != nullptr && outcome.way == Way::kernel) open_door();
    if (door && target.obstacle == Obstacle::privileged && ::geteuid() != 0)
        outcome.warnings.push_back(fmt::format("{} runs without the privileges that its file gives it (no_new_privs)",
                                               request.command.front()));
    if (outcome.refusal) return;
    std::string problem;
    Program program{.path = target.path,
                    .arguments = request.command,
                    .environment = environment_for(setting, directory ? directory->path() : std::string(), problem),
                    .directory = request.directory,
                    .input = request.input,
                    .output = request.output,
                    .error = request.error,
                    .limits = request.limits,
                    .contained = request.contained,
                    .patience_ns = request.patience_ns};
    if (!problem.empty()) return refuse_with(refuse(Refusal::Kind::no_library, problem));
    if (!request.directory.empty()) program.path = std::filesystem::absolute(program.path).string();

    // No signal may arrive before it is known where it is to go.
    sigset_t all;
    sigset_t mask;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &mask);
    if (request.foreground) forwarding.emplace();
    before = {forwarding ? &*forwarding : nullptr, door ? &*door : nullptr};
    keeper = start_keeper(program, forwarding || door ? prepare_process : nullptr, &before, mask);
    over = keeper.pid < 0;
    if (over)
        refuse_with(
            refuse(Refusal::Kind::not_started, fmt::format("no process can be made: {}", std::strerror(keeper.error))));
    else
        take(true); // whether it runs
    if (forwarding) forwarding->to(outcome.pid);
    ::pthread_sigmask(SIG_SETMASK, &mask, nullptr);
    if (request.started && directory && !outcome.refusal) request.started(directory->path(), outcome.pid);
}

void Launch::State::note(const Note& note)
{
    using enum Note::Kind;
    switch (note.kind) {
    case started:
        outcome.pid = note.pid;
        outcome.started_ns = note.monotonic_ns;
        break;
    case failed:
        refuse_with(refusal_of(note, request));
        break;
    case death:
        deaths[note.pid] = {note.status, note.monotonic_ns};
        outcome.user_ns += note.user_ns;
        outcome.system_ns += note.system_ns;
        outcome.resident_kb = std::max(outcome.resident_kb, note.resident_kb);
        if (note.pid != outcome.pid) break;
        if (forwarding) forwarding->to(0);
        outcome.status = note.status;
        outcome.ended_ns = note.monotonic_ns;
        break;
    case timed_out:
        outcome.timed_out = true;
        break;
    case left:
        outcome.left.push_back({note.pid, std::string(note.name, ::strnlen(note.name, sizeof note.name))});
        break;
    case Note::Kind::over:
        this->over = true;
        break;
    }
}

bool Launch::State::take(bool wait)
{
    while (!over) {
        pollfd one{keeper.notes, POLLIN, 0};
        if (!wait && ::poll(&one, 1, 0) <= 0) break;
        Note next;
        const auto got = ::read(keeper.notes, &next, sizeof next);
        if (got < 0 && errno == EINTR) continue;
        if (got != sizeof next) { // somebody killed the keeper
            over = true;
            if (outcome.ended_ns == 0 && !outcome.refusal)
                refuse_with(
                    refuse(Refusal::Kind::not_started, "the process that kept watch over the program was killed"));
            break;
        }
        note(next);
        wait = false;
    }
    return over;
}

void Launch::State::close() noexcept
{
    if (keeper.pid < 0) return;
    ::close(keeper.control);
    ::close(keeper.notes);
    while (::waitpid(keeper.pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    keeper = {};
}

Launch::Launch(std::unique_ptr<State> state) : state_(std::move(state)) {}
Launch::Launch(Launch&&) noexcept = default;
Launch& Launch::operator=(Launch&&) noexcept = default;
Launch::~Launch() = default;

int Launch::descriptor() const noexcept { return state_->keeper.notes; }
bool Launch::update() { return state_->take(false); }

void Launch::stop() noexcept
{
    if (state_->keeper.control < 0) return;
    const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ::dup3(nothing, state_->keeper.control, O_CLOEXEC); // the descriptor itself stays ours
    ::close(nothing);
}

Outcome Launch::finish()
{
    auto& state = *state_;
    while (!state.take(true)) {
    }
    state.close();
    state.forwarding.reset();
    auto& outcome = state.outcome;
    if (state.door && !outcome.refusal)
        if (const auto problem = state.door->problem(); !problem.empty())
            outcome.refusal = refuse(Refusal::Kind::void_run, problem);
    if (outcome.refusal || state.request.plan == nullptr) return std::move(outcome);

    auto& directory = *state.directory;
    const auto& plan = state.request.plan->parsed.plan();
    collect(directory, state.deaths, plan.programs.count != 0, !state.request.plan->session.empty(), outcome);
    if (state.request.keep_directory) directory.keep();
    if (outcome.armed == Armed::yes)
        for (const auto& file : outcome.files)
            if (!state.in_directory && directory.holds(file))
                directory.keep(); // where the statistics should have gone, they couldn't
    if (directory.kept()) outcome.kept_directory = directory.path();
    if (!directory.kept()) std::erase_if(outcome.files, [&](const std::string& file) { return directory.holds(file); });
    return std::move(outcome);
}

Launch start(const Request& request)
{
    auto state = std::make_unique<Launch::State>(request);
    state->begin();
    return Launch(std::move(state));
}

Outcome run(const Request& request) { return start(request).finish(); }

} // namespace faultline::run
