#include "door/filter.hpp"

#include "door/filter_parts.hpp"
#include "sys/syscalls.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

namespace faultline::door {
namespace {

/// Binary search: about eight comparisons for 200 numbers, whatever the call.
void search(std::span<const int> numbers, std::vector<sock_filter>& out)
{
    if (numbers.size() <= 2) {
        for (const auto number : numbers) {
            out.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(number), 0, 1));
            out.push_back(notify);
        }
        out.push_back(allow);
        return;
    }
    const auto middle = numbers.size() / 2;
    const auto at = out.size();
    // "jge middle, +1; ja to the lower half": a conditional jump is too short for the upper one to be skipped.
    out.push_back(BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, static_cast<std::uint32_t>(numbers[middle]), 1, 0));
    out.push_back(BPF_STMT(BPF_JMP | BPF_JA, 0));
    search(numbers.subspan(middle), out);
    out[at + 1].k = static_cast<std::uint32_t>(out.size() - at - 2);
    search(numbers.first(middle), out);
}

std::vector<sock_filter> make(std::span<const int> numbers, std::initializer_list<sock_filter> first)
{
    std::vector<int> sorted(numbers.begin(), numbers.end());
    std::ranges::sort(sorted);
    sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
    std::vector<sock_filter> program{
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, architecture, 1, 0),
        allow,
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
    };
    program.insert(program.end(), first);
    search(sorted, program);
    return program;
}

} // namespace

std::vector<sock_filter> make_filter(std::span<const int> numbers) { return make(numbers, {}); }

std::vector<sock_filter> make_filter_with_code(std::span<const int> numbers)
{
    if (std::ranges::find(numbers, SYS_mmap) != numbers.end()) return make_filter(numbers);
    return make(numbers, {
                             BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mmap, 0, 4),
                             BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[2])),
                             BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1),
                             notify,
                             allow,
                         });
}

int install_filter(const sock_fprog& program) noexcept
{
    constexpr long flags = SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
    const auto install = [&] {
        return static_cast<int>(sys::call(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, sys::address(&program)));
    };
    const int listener = install(); // with CAP_SYS_ADMIN programs may keep what set-user-ID bits give them
    if (listener != -13 /* EACCES */) return listener;
    sys::call(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    return install();
}

const char* why_no_filters() noexcept
{
    std::uint32_t action = SECCOMP_RET_USER_NOTIF;
    const auto result = sys::call(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, sys::address(&action));
    if (result == 0) return nullptr;
    if (result == -38 /* ENOSYS */ || result == -22 /* EINVAL */)
        return "this kernel was built without seccomp filters (CONFIG_SECCOMP_FILTER)";
    if (result == -95 /* EOPNOTSUPP */)
        return "this kernel knows no seccomp user notification (it came with Linux 5.0)";
    return "seccomp is forbidden here, as some containers have it (docker run --security-opt seccomp=unconfined)";
}

} // namespace faultline::door
