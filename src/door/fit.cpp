#include "door/fit.hpp"

#include "door/filter.hpp"
#include "door/job.hpp"
#include "door/system_calls.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fstream>
#include <set>
#include <span>
#include <sys/syscall.h>
#include <unistd.h>

namespace faultline::door {
namespace {

// So that each task is known with its place in the tree, and each image has its record.
constexpr int of_lineage[] = {SYS_clone,  SYS_clone3,   SYS_fork, SYS_vfork,
                              SYS_execve, SYS_execveat, SYS_exit, SYS_exit_group};
// So that a descriptor's number is told from its next use.
constexpr int of_descriptors[] = {SYS_close, SYS_close_range, SYS_dup2, SYS_dup3};

/// What the whole fault needs and this door does not have.
std::string missing(const plan::Fault& fault)
{
    if (const auto reason = needs_preload(fault.type); !reason.empty())
        return fmt::format("type \"{}\" needs the preload: {}", plan::type_name(fault), reason);
    if (fault.after_failure == plan::AfterFailure::revert)
        return "after_failure = \"revert\" needs a recorder of the files (faultline powerloss), which has this door "
               "for itself";
    return {};
}

/// The first ones, with their reasons, and how many there are beside.
std::string some_of(const std::set<std::string>& all)
{
    constexpr std::size_t most = 3;
    const std::vector<std::string> first(all.begin(), std::next(all.begin(), std::min<long>(most, std::ssize(all))));
    if (all.size() <= most) return fmt::format("{}", fmt::join(first, "; "));
    return fmt::format("{}; and {} more (faultline list --door kernel)", fmt::join(first, "; "), all.size() - most);
}

const calls::Spec* row_of(std::string_view function)
{
    const auto found =
        std::ranges::find_if(calls::table, [&](const auto& spec) { return spec.function() == function; });
    return found == std::end(calls::table) ? nullptr : &*found;
}

} // namespace

std::vector<Becomes> system_calls_of(std::string_view function)
{
    std::vector<Becomes> all;
    for (const auto& meaning : meanings())
        if (calls::table[meaning.row].function() == function) all.push_back({meaning.name, meaning.when->words});
    return all;
}

std::string instead_of(std::string_view function)
{
    for (const auto& each : left_out())
        if (each.name == function) return std::string(each.reason);
    for (const auto& each : made_of())
        if (each.function == function) return fmt::format("name {}, which libc calls in it", each.others);
    if (function.starts_with("pthread_") || function.starts_with("sem_") || function.starts_with("mtx_") ||
        function.starts_with("cnd_"))
        return "threads wait for each other without the kernel, or by futex, whose errors are not these";
    if (function.starts_with("readdir")) return "name getdents64, which reads many entries at once";
    if (function == "posix_spawn" || function == "posix_spawnp" || function == "system" || function == "popen")
        return "name execve, or fork";
    const auto* const row = row_of(function);
    if (row == nullptr) return "it is no function of libc's";
    if (row->allocates) return "name mmap or brk, which also the loader calls";
    if (row->family == calls::Family::stdio) return "name open, read, write and close, which stdio calls";
    if (row->names_host() || row->fails.returns == calls::Failure::Returns::gai_code)
        return "name socket, connect, sendto, recvfrom with peer = \"*:53\"";
    if (row->tracks == calls::Tracks::executes) return "name execve";
    return "it is no system call of its own";
}

std::string obstacle()
{
#if !defined(__x86_64__)
    return "the kernel's door knows the system calls of x86-64 only";
#endif
    if (const auto* const reason = why_no_filters()) return reason;
    int scope = 0;
    std::ifstream("/proc/sys/kernel/yama/ptrace_scope") >> scope;
    if (scope > 0 && ::geteuid() != 0)
        return fmt::format("kernel.yama.ptrace_scope is {}, so that one process may not read another's memory: run as "
                           "root, or set it to 0",
                           scope);
    return {};
}

Fit fit(std::vector<std::byte>& block)
{
    Fit result;
    auto& plan = *reinterpret_cast<plan::Plan*>(block.data());
    const auto faults = plan.view(plan.faults);
    std::set<int> numbers(std::begin(of_lineage), std::end(of_lineage));
    std::vector<std::set<std::string>> reached(faults.size()), unreached(faults.size());
    const auto rows = plan.view(plan.function_of_row);
    const auto functions = plan.view(plan.functions);
    for (std::size_t index = 0; index < functions.size(); ++index) {
        auto& function = const_cast<plan::Function&>(functions[index]);
        const std::string name(plan.text(function.name));
        const auto named_by = plan.view(function.faults);
        auto kept = const_cast<std::uint16_t*>(named_by.data());
        std::uint32_t count = 0;
        for (const auto fault : named_by) {
            std::string reason = fmt::format("{}: {}", name, instead_of(name));
            bool reaches = false;
            for (const auto& meaning : meanings()) {
                if (rows[meaning.row] != index) continue;
                const auto why = why_not(faults[fault], meaning);
                if (why.empty()) {
                    reaches = true;
                    numbers.insert(meaning.number);
                } else {
                    reason = fmt::format("{}: {}", name, why);
                }
            }
            if (reaches) {
                kept[count++] = fault;
                reached[fault].insert(name);
            } else {
                unreached[fault].insert(reason);
            }
        }
        function.faults.count = count;
        if (plan.traces)
            for (const auto& meaning : meanings())
                if (rows[meaning.row] == index && calls::table[meaning.row].can_fail()) numbers.insert(meaning.number);
    }
    bool numbers_of_descriptors = false;
    for (std::size_t i = 0; i < faults.size(); ++i) {
        const auto& fault = faults[i];
        if (!fault.enabled) continue;
        const auto name = plan.text(fault.name);
        if (const auto what = missing(fault); !what.empty())
            result.refusals.push_back(
                fmt::format("fault '{}' cannot be had through the kernel's door: {}", name, what));
        else if (reached[i].empty())
            result.refusals.push_back(fmt::format("fault '{}' cannot be had through the kernel's door: {}", name,
                                                  fmt::join(unreached[i], "; ")));
        else if (!unreached[i].empty())
            result.warnings.push_back(
                fmt::format("fault '{}' does not strike {} through the kernel's door, but the other "
                            "{} of its functions",
                            name, some_of(unreached[i]), reached[i].size()));
        for (const auto* const memory : {"mmap", "brk"})
            if (reached[i].contains(memory) && fault.type == plan::Type::error && plan.arm == plan::Arm::load)
                result.warnings.push_back(fmt::format(
                    "fault '{}': {} is called by the loader first; arm = \"main\" spares it", name, memory));
        numbers_of_descriptors =
            numbers_of_descriptors || fault.count == plan::Count::fd || fault.sticky == plan::Sticky::fd;
    }
    if (numbers_of_descriptors) numbers.insert(std::begin(of_descriptors), std::end(of_descriptors));
    result.numbers.assign(numbers.begin(), numbers.end());
    return result;
}

} // namespace faultline::door
