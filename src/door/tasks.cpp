#include "door/tasks.hpp"

#include "door/mappings.hpp"
#include "report/text_file.hpp"
#include "sys/syscalls.hpp"

#include <algorithm>
#include <elf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <linux/kcmp.h>
#include <linux/sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <utility>

namespace faultline::door {
namespace {

bool share_memory(pid_t one, pid_t other)
{
    const auto order = ::syscall(SYS_kcmp, one, other, KCMP_VM, 0, 0);
    if (order >= 0) return order == 0;
    // Containers forbid kcmp to those who may not trace. What one memory has mapped is the same for both.
    const auto maps = [](pid_t pid) { return report::content_of(fmt::format("/proc/{}/maps", pid)); };
    const auto mapped = maps(one);
    return !mapped.empty() && mapped == maps(other);
}

/// Where the dynamic loader lies in a process that has just begun; empty: it has none.
void find_loader(Process& process)
{
    process.loader_first = process.loader_end = 0;
    std::ifstream vector(fmt::format("/proc/{}/auxv", process.pid), std::ios::binary);
    std::uint64_t entry[2] = {};
    std::uint64_t base = 0;
    while (vector.read(reinterpret_cast<char*>(entry), sizeof entry) && entry[0] != AT_NULL)
        if (entry[0] == AT_BASE) base = entry[1];
    if (base == 0) return;
    std::string loader;
    for (const auto& each : mappings_of(std::to_string(process.pid))) {
        if (each.first == base) {
            loader = each.path;
            process.loader_first = each.first;
        }
        if (!loader.empty() && each.path == loader) process.loader_end = each.last;
    }
    // musl's loader is its libc too: there, what it calls is what the program calls.
    if (loader.find("ld-musl") != std::string::npos || loader.find("/libc.so") != std::string::npos)
        process.loader_first = process.loader_end = 0;
}

} // namespace

Process::~Process()
{
    if (subject.pidfd >= 0) ::close(subject.pidfd);
    if (executing != nullptr && executing->memory >= 0) ::close(executing->memory);
}

void Tasks::begin(pid_t pid)
{
    first_ = pid;
    auto& process = add_process(pid, status_of_thread(pid).parent, "0");
    process.shares_memory = share_memory(pid, process.parent);
    add(pid, process, "0");
}

void Tasks::arm()
{
    armed_ns_ = sys::now(CLOCK_MONOTONIC);
    for (auto& [pid, process] : processes_)
        if (process->image != nullptr) process->image->header().armed_monotonic_ns = armed_ns_;
}

Task& Tasks::add(pid_t tid, Process& process, std::string lineage)
{
    auto& task = tasks_[tid];
    task = std::make_unique<Task>();
    task->tid = tid;
    task->process = &process;
    task->lineage = std::move(lineage);
    return *task;
}

Process& Tasks::add_process(pid_t pid, pid_t parent, std::string lineage)
{
    auto& process = processes_[pid];
    process = std::make_unique<Process>();
    process->pid = pid;
    process->parent = parent;
    process->lineage = std::move(lineage);
    process->subject.pidfd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
    new_.push_back(pid);
    return *process;
}

std::vector<pid_t> Tasks::take_new() { return std::exchange(new_, {}); }

Process* Tasks::process(pid_t pid)
{
    const auto found = processes_.find(pid);
    return found == processes_.end() ? nullptr : found->second.get();
}

Task& Tasks::ledger_task(Task& task)
{
    const auto other = task.stands_for == 0 ? tasks_.end() : tasks_.find(task.stands_for);
    return other == tasks_.end() ? task : *other->second;
}

std::string Tasks::next_lineage(Task& task)
{
    auto& counting = ledger_task(task);
    return fmt::format("{}.{}", counting.lineage, ++counting.children);
}

Task& Tasks::bind(Task& creator, pid_t tid, pid_t pid)
{
    const auto making = std::move(creator.making);
    if (making->thread) return add(tid, *creator.process, making->lineage);
    const auto creator_tid = creator.tid;
    auto& process = add_process(pid, creator.process->pid, making->lineage);
    process.shares_memory = making->shares_memory;
    auto& task = add(tid, process, making->lineage);
    if (making->shares_memory) task.stands_for = creator_tid;
    return task;
}

void Tasks::settle(Task& creator)
{
    const auto& making = *creator.making;
    if (making.thread) {
        pid_t told = 0;
        if (making.parent_tid_at != 0 && read_value(creator.tid, making.parent_tid_at, told) && told > 0 &&
            !tasks_.contains(told) && status_of_thread(told).process == creator.process->pid) {
            bind(creator, told, creator.process->pid);
            return;
        }
    } else {
        pid_t born = 0;
        int count = 0;
        for (const auto child : children_of(creator.process->pid, creator.tid))
            if (!tasks_.contains(child) && !status_of_thread(child).ended) { // one that has ended is not known any more
                born = child;
                ++count;
            }
        if (count == 1) {
            bind(creator, born, born);
            return;
        }
    }
    creator.making.reset(); // it failed, or what it made is gone already
}

Task* Tasks::attribute(pid_t tid)
{
    const auto status = status_of_thread(tid);
    if (!status.found) return nullptr;
    if (status.process != tid) {
        if (process(status.process) == nullptr && attribute(status.process) == nullptr) return nullptr;
        for (auto& [other, task] : tasks_) {
            if (task->making == nullptr || !task->making->thread || task->process->pid != status.process) continue;
            pid_t told = 0;
            if (task->making->parent_tid_at != 0 && read_value(other, task->making->parent_tid_at, told) && told == tid)
                return &bind(*task, tid, status.process);
        }
        auto& task = add(tid, *process(status.process), process(status.process)->lineage);
        task.stands_for = status.process;
        return &task;
    }
    for (auto& [other, task] : tasks_) {
        if (task->making == nullptr || task->making->thread) continue;
        const auto children = children_of(task->process->pid, other);
        if (std::ranges::find(children, tid) != children.end()) return &bind(*task, tid, tid);
    }
    // Its creator is dead, or gave it away (CLONE_PARENT).
    const auto* const first = process(first_);
    auto& process =
        add_process(tid, status.parent, fmt::format("{}.x{}", first == nullptr ? "0" : first->lineage, ++strangers_));
    return &add(tid, process, process.lineage);
}

void Tasks::drop(pid_t tid)
{
    const auto found = tasks_.find(tid);
    if (found == tasks_.end()) return;
    auto& task = *found->second;
    if (task.block != nullptr && task.process->image != nullptr) task.process->image->release(*task.block);
    tasks_.erase(found);
}

void Tasks::become(Process& process)
{
    if (process.image != nullptr) process.image->end(ledger::State::executed, ledger::unknown_status);
    const bool had_record = process.image != nullptr;
    auto executing = std::move(process.executing);
    if (executing->memory >= 0) ::close(executing->memory);
    for (auto task = tasks_.begin(); task != tasks_.end();)
        task = task->second->process == &process ? tasks_.erase(task) : std::next(task);
    process.image.reset();
    process.origins.reset();
    process.lineage = executing->lineage;
    process.shares_memory = false;
    process.left_out = false;
    process.begun_by_exec = had_record;
    find_loader(process);
    auto& task = add(process.pid, process, process.lineage);
    if (process.pid == first_) program_runs_ = true;
    if (!armed() && images_.plan().arm <= plan::Arm::main) arm();
    Image* image = nullptr;
    ledger::Thread* block = nullptr;
    static_cast<void>(record_of(task, image, block)); // an image that was executed has a record, whatever it does
}

void Tasks::settle_exec(Process& process, pid_t caller)
{
    auto& executing = *process.executing;
    char byte = 0;
    const bool as_before =
        process.shares_memory
            ? share_memory(process.pid, process.parent)
            : executing.memory >= 0 && ::pread(executing.memory, &byte, 1, static_cast<off_t>(executing.mapped)) == 1;
    if (!as_before) return become(process);
    if (caller != executing.tid) return; // another thread, while the exec is under way
    if (executing.memory >= 0) ::close(executing.memory);
    process.executing.reset();
}

Task* Tasks::caller(pid_t tid)
{
    auto found = tasks_.find(tid);
    if (found == tasks_.end()) {
        auto* const task = attribute(tid);
        if (task == nullptr) return nullptr;
        found = tasks_.find(tid);
    }
    auto* const process = found->second->process;
    if (process->executing != nullptr) {
        settle_exec(*process, tid);
        found = tasks_.find(tid);
        if (found == tasks_.end()) return nullptr;
    }
    if (found->second->making != nullptr) settle(*found->second);
    return found->second.get();
}

namespace {

/// What is kept for a descriptor's number is not its next one's.
void forget_descriptors(Process& process, const Told& told)
{
    if (process.image == nullptr) return;
    auto& descriptors = process.image->descriptors();
    if (told.number == SYS_close) descriptors.forget(static_cast<int>(told.arguments[0]));
    if (told.number == SYS_dup2 || told.number == SYS_dup3) descriptors.forget(static_cast<int>(told.arguments[1]));
    if (told.number == SYS_close_range)
        descriptors.forget_range(static_cast<unsigned>(told.arguments[0]), static_cast<unsigned>(told.arguments[1]));
}

} // namespace

void Tasks::note(Task& task, const Told& told)
{
    forget_descriptors(*task.process, told);
    switch (told.number) {
    case SYS_clone:
    case SYS_clone3:
    case SYS_fork:
    case SYS_vfork: {
        const auto flags = told.number == SYS_vfork ? std::uint64_t{CLONE_VM | CLONE_VFORK} : told.clone_flags;
        auto making = std::make_unique<Task::Making>();
        making->thread = (flags & CLONE_THREAD) != 0;
        making->shares_memory = (flags & CLONE_VM) != 0;
        if ((flags & CLONE_PARENT_SETTID) != 0) {
            making->parent_tid_at = told.arguments[2];
            if (told.number == SYS_clone3 &&
                !read_value(task.tid, told.arguments[0] + offsetof(clone_args, parent_tid), making->parent_tid_at))
                making->parent_tid_at = 0;
        }
        const bool counts = making->thread ? making->parent_tid_at != 0 : !making->shares_memory;
        if (counts) making->lineage = next_lineage(task);
        task.making = std::move(making);
        break;
    }
    case SYS_execve:
    case SYS_execveat: {
        auto executing = std::make_unique<Process::Executing>();
        executing->tid = task.tid;
        executing->lineage = task.tid == first_ && !program_runs_ ? std::string("0") : next_lineage(task);
        executing->memory = ::open(fmt::format("/proc/{}/mem", task.tid).c_str(), O_RDONLY | O_CLOEXEC);
        executing->mapped = told.arguments[told.number == SYS_execve ? 0 : 1];
        if (task.process->executing != nullptr && task.process->executing->memory >= 0)
            ::close(task.process->executing->memory);
        task.process->executing = std::move(executing);
        break;
    }
    case SYS_mmap:
        // What lay there is gone by now: nothing can be learnt of it between here and the call.
        if ((told.arguments[2] & PROT_EXEC) != 0) task.process->origins.reset();
        break;
    case SYS_exit: {
        const auto of_process = [&](const auto& each) { return each.second->process == task.process; };
        if (std::ranges::count_if(tasks_, of_process) > 1) {
            if (task.tid != task.process->pid) drop(task.tid);
            break;
        }
        [[fallthrough]];
    }
    case SYS_exit_group: {
        auto& process = *task.process;
        if (process.shares_memory) break; // a child of vfork: the image is its parent's
        Image* image = nullptr;
        ledger::Thread* block = nullptr;
        if (program_runs_ && record_of(task, image, block))
            image->end(ledger::State::finished, static_cast<std::int32_t>(told.arguments[0] & 0xff));
        process.over = true;
        break;
    }
    default:
        break;
    }
}

void Tasks::ended(pid_t pid)
{
    const auto found = processes_.find(pid);
    if (found == processes_.end()) return;
    auto* const process = found->second.get();
    process->image.reset();
    for (auto task = tasks_.begin(); task != tasks_.end();)
        task = task->second->process == process ? tasks_.erase(task) : std::next(task);
    processes_.erase(found);
}

bool Tasks::record_of(Task& task, Image*& image, ledger::Thread*& block)
{
    auto& counting = ledger_task(task);
    auto& process = *counting.process;
    if (process.left_out) return false;
    if (process.image == nullptr) {
        process.image = images_.make(process.pid, process.parent, process.lineage, process.begun_by_exec, armed_ns_);
        if (process.image == nullptr) {
            process.left_out = true;
            return false;
        }
    }
    image = process.image.get();
    // The first block is the main thread's, whichever thread counts first.
    if (counting.block == nullptr && counting.tid != process.pid && image->header().threads_claimed == 1) {
        const auto main = tasks_.find(process.pid);
        if (main != tasks_.end()) main->second->block = &image->claim(process.pid, main->second->lineage);
    }
    if (counting.block == nullptr) counting.block = &image->claim(counting.tid, counting.lineage);
    block = counting.block;
    return true;
}

} // namespace faultline::door
