#include "explore/crash.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <elfutils/libdwfl.h>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <sstream>
#include <sys/ptrace.h>
#include <sys/wait.h>

namespace faultline::explore {

namespace {

constexpr std::array fatal{SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS};
constexpr std::size_t deepest = 64;

struct Walk {
    Dwfl* dwfl;
    std::string text;
    std::size_t frames = 0;
};

int take_frame(Dwfl_Frame* frame, void* data)
{
    auto& walk = *static_cast<Walk*>(data);
    Dwarf_Addr address = 0;
    bool is_activation = false;
    if (!dwfl_frame_pc(frame, &address, &is_activation) || ++walk.frames > deepest) return DWARF_CB_ABORT;
    auto* const module = dwfl_addrmodule(walk.dwfl, address);
    Dwarf_Addr bias = 0; // from the address in the file to the one at run time
    if (module != nullptr) static_cast<void>(dwfl_module_getelf(module, &bias));
    const char* const name =
        module == nullptr ? ""
                          : dwfl_module_info(module, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr);
    walk.text += fmt::format("{:x} {:d} {}\n", address - bias, is_activation, name == nullptr ? "" : name);
    return DWARF_CB_OK;
}

/// To unwind, .eh_frame is enough: to look for debug information costs the run's time, and may ask a server.
int find_no_debuginfo(Dwfl_Module*, void**, const char*, Dwarf_Addr, const char*, const char*, GElf_Word, char**)
{
    return -1;
}

/// The stack of a stopped thread, innermost first: a line for each frame.
std::string unwind(pid_t tid)
{
    static char* no_path = nullptr;
    static const Dwfl_Callbacks callbacks{dwfl_linux_proc_find_elf, find_no_debuginfo, nullptr, &no_path};
    Dwfl* const dwfl = dwfl_begin(&callbacks);
    if (dwfl == nullptr) return {};
    Walk walk{dwfl, {}, 0};
    if (dwfl_linux_proc_report(dwfl, tid) == 0 && dwfl_report_end(dwfl, nullptr, nullptr) == 0 &&
        dwfl_linux_proc_attach(dwfl, tid, true) == 0)
        dwfl_getthread_frames(dwfl, tid, take_frame, &walk);
    dwfl_end(dwfl);
    return walk.text;
}

std::string program_of(pid_t pid)
{
    std::error_code error;
    return std::filesystem::read_symlink(fmt::format("/proc/{}/exe", pid), error).string();
}

} // namespace

void CrashWatch::seize(pid_t pid)
{
    constexpr long options = PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL;
    static_cast<void>(::ptrace(PTRACE_SEIZE, pid, nullptr, options));
}

bool CrashWatch::handles(pid_t pid, int status)
{
    if (WIFSIGNALED(status)) {
        // The end is told of every thread; whose stack it was is known from where the signal was delivered. A signal that
        // the program handled killed nothing.
        auto found = last_.find(pid);
        if (found == last_.end() && !last_.empty()) found = std::prev(last_.end());
        if (found != last_.end() && found->second.signal == WTERMSIG(status))
            std::ofstream(file_, std::ios::trunc) << found->second.text;
        last_.clear();
        return false;
    }
    if (WIFEXITED(status)) {
        last_.erase(pid);
        return false;
    }
    if (!WIFSTOPPED(status)) return true;
    const int signal = WSTOPSIG(status);
    const int event = status >> 16U;
    if (event != 0) { // a new child or thread has begun, or a group has stopped
        static_cast<void>(::ptrace(event == PTRACE_EVENT_STOP && signal != SIGTRAP ? PTRACE_LISTEN : PTRACE_CONT, pid,
                                   nullptr, nullptr));
        return true;
    }
    if (std::ranges::find(fatal, signal) != fatal.end())
        last_[pid] = {signal, fmt::format("{} {}\n{}", signal, program_of(pid), unwind(pid))};
    static_cast<void>(::ptrace(PTRACE_CONT, pid, nullptr, static_cast<long>(signal)));
    return true;
}

Crash read_crash(const std::string& file)
{
    Crash crash;
    std::ifstream in(file);
    std::string line;
    if (!std::getline(in, line)) return crash;
    std::istringstream first(line);
    std::getline(first >> crash.signal >> std::ws, crash.program);
    while (std::getline(in, line)) {
        std::istringstream fields(line);
        report::Address frame;
        std::getline(fields >> std::hex >> frame.offset >> frame.exact >> std::ws, frame.module);
        crash.stack.push_back(std::move(frame));
    }
    return crash;
}

} // namespace faultline::explore
