#include "door/supervisor.hpp"

#include "door/job.hpp"
#include "door/stopped.hpp"
#include "door/tasks.hpp"
#include "engine/select.hpp"
#include "sys/syscalls.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <list>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace faultline::door {
namespace {

constexpr std::int64_t millisecond = 1'000'000;

bool makes_task(int number)
{
    return number == SYS_clone || number == SYS_clone3 || number == SYS_fork || number == SYS_vfork;
}

class Supervisor {
public:
    Supervisor(Shared& shared, Setting setting, int listener)
        : shared_(shared), listener_(listener), images_(std::move(setting)), tasks_(images_)
    {
        events_ = ::epoll_create1(EPOLL_CLOEXEC);
        watch(listener_, tag_listener, EPOLLIN);
    }

    void serve();
    void begin(pid_t program) { tasks_.begin(program); }

private:
    struct Held {
        std::unique_ptr<Job> job;
        Wait wait;
        bool watched = false;
        std::uint64_t tag = 0;
    };
    static constexpr std::uint64_t tag_listener = 0;
    static constexpr std::uint64_t tag_process = std::uint64_t{1} << 32U;
    static constexpr std::uint64_t tag_job = std::uint64_t{1} << 33U;

    void watch(int fd, std::uint64_t tag, std::uint32_t what) const
    {
        epoll_event event{};
        event.events = what;
        event.data.u64 = tag;
        ::epoll_ctl(events_, EPOLL_CTL_ADD, fd, &event);
    }
    /// The caller's own descriptor keeps what was watched alive, so closing the duplicate is not enough.
    void unwatch(const Held& held) const
    {
        if (held.watched) ::epoll_ctl(events_, EPOLL_CTL_DEL, held.job->transfer->descriptor(), nullptr);
    }
    bool receive();
    void take_events(int patience);
    void judge(const seccomp_notif& notification, InFlight* slot);
    void pass(std::uint64_t id, InFlight* slot);
    void go_on(std::unique_ptr<Job> job);
    void look_after_held();
    InFlight* take_slot(std::uint64_t id);
    static void free_slot(InFlight* slot)
    {
        if (slot != nullptr) slot->id = 0;
    }
    bool is_armed();
    [[nodiscard]] bool wants_origin(const engine::Schedule& schedule, const engine::Schedule::Target& target) const;
    static const Origin* origin_of(Process& process, pid_t tid, std::uint64_t pc, const plan::Plan& plan);

    [[nodiscard]] int patience() const;

    Shared& shared_;
    int listener_, events_ = -1;
    bool asked_ = false, over_ = false; // by the listener
    Images images_;
    Tasks tasks_;
    engine::Subject subject_; // whose call is being judged
    std::list<Held> held_;
    std::map<pid_t, std::unique_ptr<Job>> interrupted_; // to be gone on with when the call comes again
    std::uint64_t tags_ = tag_job;
    std::size_t next_slot_ = 0;
    std::int64_t next_look_ = 0;
    const bool sees_all_ = may_look_into_all();
};

InFlight* Supervisor::take_slot(std::uint64_t id)
{
    for (std::size_t i = 0; i < Shared::most_in_flight; ++i) {
        auto& slot = shared_.in_flight[next_slot_++ % Shared::most_in_flight];
        if (slot.id != 0) continue;
        slot.state = InFlight::State::judged;
        slot.id = id;
        return &slot;
    }
    return nullptr;
}

void Supervisor::pass(std::uint64_t id, InFlight* slot)
{
    let_pass(listener_, id);
    free_slot(slot);
}

bool Supervisor::is_armed()
{
    if (tasks_.armed()) return true;
    if (!tasks_.program_runs()) return false;
    const auto now = sys::now(CLOCK_MONOTONIC);
    const auto& plan = images_.plan();
    if (next_look_ == 0)
        next_look_ = now + (plan.arm == plan::Arm::after ? static_cast<std::int64_t>(plan.arm_after) : 0);
    if (now < next_look_) return false;
    next_look_ = now + 5 * millisecond;
    if (plan.arm == plan::Arm::file && !sys::exists(plan.text(plan.arm_file).data())) return false;
    tasks_.arm();
    return true;
}

/// Whether it has to be known where a call comes from before it can be judged.
bool Supervisor::wants_origin(const engine::Schedule& schedule, const engine::Schedule::Target& target) const
{
    if (target.traced != 0) return true;
    return std::ranges::any_of(std::span(schedule.faults_of(target), target.fault_count), [&](std::uint16_t index) {
        const auto& fault = schedule.faults[index];
        return fault.sites.count != 0 || fault.caller_set != plan::no_index || fault.count == plan::Count::site ||
               fault.sticky == plan::Sticky::site;
    });
}

const Origin* Supervisor::origin_of(Process& process, pid_t tid, std::uint64_t pc, const plan::Plan& plan)
{
    if (process.origins == nullptr) process.origins = std::make_unique<Origins>(process.pid);
    return process.origins->of(tid, pc, &plan);
}

void Supervisor::judge(const seccomp_notif& notification, InFlight* slot)
{
    const auto tid = static_cast<pid_t>(notification.pid);
    Told told;
    const bool told_all = tell(notification, told);
    auto* const task = tid == 0 ? nullptr : tasks_.caller(tid);
    for (const auto pid : tasks_.take_new())
        if (const auto* const process = tasks_.process(pid); process != nullptr && process->subject.pidfd >= 0)
            watch(process->subject.pidfd, tag_process | static_cast<std::uint64_t>(pid), EPOLLIN);
    if (task == nullptr || !told_all) return pass(notification.id, slot);

    if (const auto again = interrupted_.find(tid); again != interrupted_.end()) {
        auto job = std::move(again->second);
        interrupted_.erase(again);
        if (job->told.number == told.number && job->told.arguments == told.arguments) {
            job->id = notification.id;
            job->in_flight = slot;
            return go_on(std::move(job));
        }
    }

    const auto at = notification.data.instruction_pointer;
    auto& process = *task->process;
    const bool by_loader = at >= process.loader_first && at < process.loader_end;
    Image* image = nullptr;
    ledger::Thread* block = nullptr;
    const auto functions = images_.plan().view(images_.plan().function_of_row);
    const auto meanings = meanings_of(told.number);
    const auto meaning = std::ranges::find_if(
        meanings, [&](const Meaning& each) { return functions[each.row] != plan::no_index && each.when->holds(told); });
    if (slot == nullptr || meaning == meanings.end() || process.over || !is_armed() || !tasks_.program_runs() ||
        (by_loader && images_.plan().arm != plan::Arm::load) || !tasks_.record_of(*task, image, block)) {
        tasks_.note(*task, told);
        return pass(notification.id, slot);
    }
    const auto& plan = image->plan();
    if (!sees_all_ && !may_look_into(tid) && still_waits(listener_, notification.id))
        images_.fail("the kernel does not let the supervisor look into process " + std::to_string(process.pid) +
                     " (it is undumpable, and that takes CAP_SYS_PTRACE)");
    auto job = std::make_unique<Job>();
    if (!job->call.copy(tid, *meaning, told)) {
        tasks_.note(*task, told);
        return pass(notification.id, slot);
    }

    auto& descriptors = image->descriptors();
    subject_ = {process.subject.pidfd, tid};
    descriptors.observe(subject_);
    engine::Caller caller;
    if (plan.plan().names_threads) caller.thread_sets = engine::match_thread_name(plan.plan(), name_of_thread(tid));
    const auto& target = plan.schedule.targets[meaning->row];
    const Origin* origin = nullptr;
    if (wants_origin(plan.schedule, target)) {
        origin = origin_of(process, tid, at, plan.plan());
        if (origin == nullptr && still_waits(listener_, notification.id))
            images_.fail("the plan asks where calls come from, and the kernel does not tell it of process " +
                         std::to_string(process.pid));
    }
    if (origin != nullptr) {
        caller.site = origin->site;
        caller.caller_sets = origin->caller_sets;
    }
    image->make_room();
    const engine::Context context{plan.schedule,         image->header(), *block,  descriptors,
                                  images_.run_matches(), false,           &caller, &image->cells()};
    const auto call = job->call.call();
    const bool struck = engine::judge(context, call, job->verdict);
    if (target.traced && origin != nullptr) image->trace(target.function, *block, *origin);
    if (!struck) {
        tasks_.note(*task, told);
        return pass(notification.id, slot);
    }
    if (origin == nullptr) origin = origin_of(process, tid, at, plan.plan());
    if (auto* const event = job->verdict.event; event != nullptr && origin != nullptr) {
        event->module.assign(origin->frames.front().module());
        event->caller_offset = origin->frames.front().offset;
        event->site = origin->site;
        event->did |= ledger::did_site;
    }
    job->id = notification.id;
    job->tid = tid;
    job->pid = process.pid;
    job->pidfd = process.subject.pidfd;
    job->told = told;
    job->in_flight = slot;
    go_on(std::move(job));
}

void Supervisor::go_on(std::unique_ptr<Job> job)
{
    const auto wait = carry(*job, listener_);
    if (wait.what != Wait::For::nothing) {
        Held held{std::move(job), wait, false, ++tags_};
        if (wait.what == Wait::For::descriptor && held.job->transfer->descriptor() >= 0) {
            watch(held.job->transfer->descriptor(), held.tag, held.job->transfer->goes_out() ? EPOLLOUT : EPOLLIN);
            held.watched = true;
        }
        held_.push_back(std::move(held));
        return;
    }
    if (job->passes)
        if (auto* const task = tasks_.caller(job->tid)) tasks_.note(*task, job->told);
    free_slot(job->in_flight);
}

void Supervisor::look_after_held()
{
    const auto now = sys::now(CLOCK_MONOTONIC);
    std::vector<std::unique_ptr<Job>> due;
    for (auto held = held_.begin(); held != held_.end();) {
        auto& job = *held->job;
        bool over = false;
        if (held->wait.what == Wait::For::moment && now >= held->wait.until_ns) {
            due.push_back(std::move(held->job));
            over = true;
        } else if (!still_waits(listener_, job.id)) {
            unwatch(*held);
            free_slot(job.in_flight);
            over = true;
        } else if (job.may_be_interrupted) {
            const auto status = status_of_thread(job.tid);
            if ((status.pending | status.pending_of_all) != 0) {
                unwatch(*held);
                const bool ended = end_halfway(job, listener_);
                if (!ended) interrupt_call(listener_, job.id, job.tid);
                free_slot(job.in_flight);
                if (!ended) interrupted_[job.tid] = std::move(held->job);
                over = true;
            }
        }
        held = over ? held_.erase(held) : std::next(held);
    }
    for (auto& job : due)
        go_on(std::move(job));
}

/// Whether the next one may be waited for by reading alone.
bool Supervisor::receive()
{
    const auto* const notification = door::receive(shared_, listener_);
    if (notification == nullptr) return false;
    shared_.notified.fetch_add(1, std::memory_order_relaxed);
    const int number = notification->data.nr;
    if (makes_task(number)) take_events(0); // whose number the new task may get
    judge(*notification, take_slot(notification->id));
    return held_.empty() && images_.problem().empty() && number != SYS_exit && number != SYS_exit_group;
}

/// Ends of processes, and descriptors that jobs wait for.
void Supervisor::take_events(int patience)
{
    epoll_event events[16];
    const int count = ::epoll_wait(events_, events, 16, patience);
    for (int i = 0; i < count; ++i) {
        const auto tag = events[i].data.u64;
        if (tag == tag_listener) {
            asked_ = (events[i].events & EPOLLIN) != 0;
            over_ = (events[i].events & (EPOLLHUP | EPOLLERR)) != 0; // no process of the tree is left
        } else if (tag > tag_job) {
            const auto held = std::ranges::find(held_, tag, &Held::tag);
            if (held == held_.end()) continue;
            unwatch(*held);
            auto job = std::move(held->job);
            held_.erase(held);
            go_on(std::move(job));
        } else {
            const auto pid = static_cast<pid_t>(tag & 0xffff'ffffU);
            for (auto held = held_.begin(); held != held_.end();) {
                const bool its = held->job->pid == pid;
                if (its) {
                    unwatch(*held);
                    free_slot(held->job->in_flight);
                }
                held = its ? held_.erase(held) : std::next(held);
            }
            std::erase_if(interrupted_, [&](const auto& each) { return each.second->pid == pid; });
            tasks_.ended(pid);
        }
    }
}

int Supervisor::patience() const
{
    int patience = -1;
    for (const auto& held : held_) {
        constexpr int look_every = 5; // for signals, and callers that are gone
        int ms = look_every;
        if (held.wait.what == Wait::For::moment && !held.job->may_be_interrupted)
            ms = static_cast<int>(std::clamp<std::int64_t>(
                (held.wait.until_ns - sys::now(CLOCK_MONOTONIC) + millisecond - 1) / millisecond, 0, 50));
        patience = patience < 0 ? ms : std::min(patience, ms);
    }
    return patience;
}

void Supervisor::serve()
{
    for (;;) {
        asked_ = false;
        take_events(patience());
        if (over_) return;
        // While calls follow each other, each is waited for by reading it: that saves a system call of three, and the
        // kernel wakes us where its caller ran. The alarm ends it where there is no other one; the end of processes, in
        // the kernels that do not say it here, comes behind a call that tells of it, or with the alarm.
        while (asked_ && receive()) {
        }
        if (!held_.empty()) look_after_held();
        if (!images_.problem().empty() && shared_.failed == 0) {
            std::strncpy(shared_.problem, images_.problem().c_str(), sizeof shared_.problem - 1);
            shared_.failed = 1;
        }
    }
}

} // namespace

void supervise(Shared& shared, Setting setting, int listener, const std::function<void()>& ready)
{
    sys::use_vdso();
    Supervisor supervisor(shared, std::move(setting), listener);
    supervisor.begin(shared.program);
    ready();
    supervisor.serve();
}

} // namespace faultline::door
