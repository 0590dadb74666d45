#include "door/images.hpp"

#include "door/pointers.hpp"
#include "door/remote.hpp"
#include "engine/layers.hpp"
#include "ledger/ledger.hpp"
#include "plan/glob.hpp"
#include "sys/syscalls.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

namespace faultline::door {
namespace {

constexpr std::uint32_t most_threads = 4096;
constexpr std::uint64_t chunk = 16 * 1024;
using sys::second;

std::string file_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

} // namespace

Image::Image(ledger::Header* header, std::shared_ptr<const PlanOfProgram> plan, int ledger)
    : header_(header), plan_(std::move(plan)), ledger_(ledger)
{
    for (const auto& fault : plan_->plan().view(plan_->plan().faults))
        if (fault.count > plan::Count::call || fault.sticky > plan::Sticky::fault) {
            cells_ = std::make_unique<engine::Cells>();
            descriptors_ = std::make_unique<engine::Descriptors>();
            descriptors_->remember_nothing();
            break;
        }
}

Image::~Image()
{
    ::munmap(header_, header_->file_bytes);
    ::close(ledger_);
}

engine::Cells& Image::cells() { return cells_ != nullptr ? *cells_ : engine::own_cells; }

engine::Descriptors& Image::descriptors()
{
    static engine::Descriptors without_numbers;
    if (descriptors_ != nullptr) return *descriptors_;
    without_numbers.remember_nothing();
    return without_numbers;
}

bool Image::back(std::uint64_t from, std::uint64_t to) { return sys::allocate(ledger_, from, to - from) == 0; }

ledger::Thread& Image::claim(pid_t tid, const std::string& lineage)
{
    std::uint32_t index = 0;
    if (!free_.empty()) {
        index = free_.back();
        free_.pop_back();
    } else if (const auto next = header_->threads_claimed.load(); next < header_->thread_limit) {
        const auto end = (next + 1) * header_->thread_stride;
        if (end > threads_backed_) {
            const auto to = ledger::rounded(end, chunk);
            if (back(header_->threads_offset + threads_backed_, header_->threads_offset + to)) threads_backed_ = to;
        }
        if (end <= threads_backed_) {
            index = next;
            header_->threads_claimed = next + 1;
        }
    }
    auto& block = header_->thread(index);
    if (index == 0) {
        header_->trouble |= ledger::threads_shared_block;
        return block;
    }
    block.owner = static_cast<std::uint32_t>(tid);
    block.children = 0;
    engine::begin_numbering(*header_, block, lineage);
    return block;
}

void Image::release(ledger::Thread& block)
{
    const auto at = reinterpret_cast<std::uintptr_t>(&block) - reinterpret_cast<std::uintptr_t>(&header_->thread(0));
    const auto index = static_cast<std::uint32_t>(at / header_->thread_stride);
    if (index <= 1) return; // the shared one, and the main thread's: it is the process's own
    block.owner = 0;
    free_.push_back(index);
}

void Image::make_room()
{
    const auto next = header_->events_claimed.load();
    auto backed = header_->events_backed.load();
    if (next < backed || next >= header_->event_limit) return;
    const auto from = header_->events_offset + backed * sizeof(ledger::Event);
    if (back(from, from + chunk)) {
        header_->events_backed = backed + chunk / sizeof(ledger::Event);
        return;
    }
    header_->event_limit = backed;
    header_->trouble |= ledger::events_lost_no_space;
}

void Image::end(ledger::State state, std::int32_t status)
{
    if (header_->state != ledger::State::running) return;
    header_->ended_monotonic_ns = sys::now(CLOCK_MONOTONIC);
    header_->exit_status = status;
    header_->state = state;
}

Images::Images(Setting setting) : setting_(std::move(setting))
{
    ledger::set_pattern(setting_.statistics, setting_.working_directory, setting_.directory);
    if (plan().counts_run) run_matches_ = std::vector<std::atomic<std::uint64_t>>(plan().faults.count);
}

std::atomic<std::uint64_t>* Images::run_matches() { return run_matches_.empty() ? nullptr : run_matches_.data(); }

std::shared_ptr<const PlanOfProgram> Images::plan_for(const std::string& program, const std::string& executable)
{
    auto& known = plans_[{program, executable}];
    if (known != nullptr) return known;
    auto made = std::make_shared<PlanOfProgram>();
    made->bytes = setting_.plan;
    auto& plan = *reinterpret_cast<plan::Plan*>(made->bytes.data());
    if (plan.programs.count != 0) {
        made->selected = false;
        for (const auto glob : plan.view(plan.programs))
            made->selected = made->selected || plan::glob_matches(plan.text(glob), program) ||
                             plan::glob_matches(plan.text(glob), executable);
    }
    const auto view = plan.view(plan.faults);
    for (auto& fault : std::span(const_cast<plan::Fault*>(view.data()), view.size())) {
        fault.elsewhere = fault.program_globs.count != 0 &&
                          !plan::any_name_matches(plan, fault.program_globs, program) &&
                          !plan::any_name_matches(plan, fault.program_globs, executable);
    }
    made->schedule.prepare(plan);
    return known = std::move(made);
}

std::unique_ptr<Image> Images::make(pid_t process, pid_t parent, const std::string& lineage, bool by_exec,
                                    std::int64_t armed_ns)
{
    const auto words = command_line_of(process);
    auto program = file_name(words.empty() ? name_of_thread(process) : words.front());
    if (program.starts_with('-')) program.erase(0, 1); // a login shell
    auto plan = plan_for(program, file_name(executable_of(process)));
    if (!plan->selected) return nullptr;

    ledger::Arguments arguments;
    arguments.keep(static_cast<int>(words.size()), pointers(words).data());
    const plan::TomlFile none; // no process reads its plan from this ledger
    const ledger::Identity identity{program, lineage, setting_.seed, by_exec, arguments, none, process, parent};
    const auto started = sys::now(CLOCK_REALTIME);

    const auto layout = ledger::lay_out(plan->plan(), most_threads, plan->plan().max_events, chunk);
    int fd = -1;
    const auto open = [&](const std::string& pattern) {
        if (!ledger::name_files(pattern, identity, started / second)) return;
        ::unlink(ledger::place().ledger.data());
        fd = ::open(ledger::place().ledger.data(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    };
    open(std::string(ledger::place().pattern));
    if (fd < 0) open(setting_.directory + "/fault-stats.%p.json");
    const auto first_thread_end = layout.threads_offset + ledger::rounded(2 * layout.thread_stride, chunk);
    const bool traces = layout.trace_offset != 0;
    if (fd < 0 || sys::allocate(fd, 0, first_thread_end) != 0 || sys::allocate(fd, layout.events_offset, chunk) != 0 ||
        (traces && sys::allocate(fd, layout.trace_offset, ledger::trace_modules_bytes + chunk) != 0)) {
        problem_ = fmt::format("the record of process {} cannot be written to {}: {}", process, ledger::place().ledger,
                               std::strerror(errno));
        if (fd >= 0) ::close(fd);
        return nullptr;
    }
    void* const base = ::mmap(nullptr, layout.file_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (base == MAP_FAILED) {
        problem_ = "there is no memory for the records";
        ::close(fd);
        return nullptr;
    }
    auto& header = *static_cast<ledger::Header*>(base);
    static_cast<ledger::Layout&>(header) = layout;
    header.image_by_exec = by_exec ? 1 : 0;
    header.events_backed = chunk / sizeof(ledger::Event);
    header.traces_backed = traces ? chunk / sizeof(ledger::TraceSite) : 0;
    header.seed = setting_.seed;
    header.started_s = started / second;
    header.started_ns = started % second;
    header.started_monotonic_ns = sys::now(CLOCK_MONOTONIC);
    header.armed_monotonic_ns = armed_ns;
    header.pid = process;
    header.ppid = parent;
    header.exit_status = ledger::unknown_status;
    header.enabled = setting_.disabled ? 0 : 1;
    if (setting_.disabled) header.trouble |= ledger::disabled;
    if (!header.lineage.assign(lineage)) header.trouble |= ledger::lineage_cut;
    header.program.assign(program);
    header.argc = arguments.count;
    header.argv_bytes = arguments.bytes;
    std::memcpy(header.argv, arguments.text, arguments.bytes);
    if (arguments.cut) header.trouble |= ledger::argv_cut;
    std::memcpy(static_cast<char*>(base) + header.plan_offset, &plan->plan(), plan->plan().bytes);
    header.thread(0).owner = ledger::unborn;
    header.thread(0).shared = 1;
    header.thread(0).lineage = header.lineage;
    header.threads_claimed = 1;

    // As the library announces itself (hook/process.cpp).
    const auto line = fmt::format("{}\t{}\t{}\t{}\n", process, lineage, ledger::place().ledger, ledger::place().json);
    const int list =
        ::open((setting_.directory + "/images").c_str(), O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (list < 0 || ::write(list, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
        problem_ = fmt::format("{}/images cannot be written", setting_.directory);
    if (list >= 0) ::close(list);

    auto image = std::make_unique<Image>(&header, std::move(plan), fd);
    return image;
}

} // namespace faultline::door
