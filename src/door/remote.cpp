#include "door/remote.hpp"

#include "report/text_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fmt/format.h>
#include <fstream>
#include <linux/capability.h>
#include <sstream>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

namespace faultline::door {
namespace {

std::uint64_t field(const std::string& text, const char* name, int base)
{
    const auto at = text.find(name);
    return at == std::string::npos ? 0 : std::strtoull(text.c_str() + at + std::strlen(name), nullptr, base);
}

} // namespace

bool read_memory(pid_t tid, std::uint64_t from, void* to, std::size_t bytes)
{
    const iovec own{to, bytes};
    const iovec other{reinterpret_cast<void*>(from), bytes};
    return bytes == 0 || ::process_vm_readv(tid, &own, 1, &other, 1, 0) == static_cast<ssize_t>(bytes);
}

bool write_memory(pid_t tid, std::uint64_t to, const void* from, std::size_t bytes)
{
    const iovec own{const_cast<void*>(from), bytes};
    const iovec other{reinterpret_cast<void*>(to), bytes};
    return bytes == 0 || ::process_vm_writev(tid, &own, 1, &other, 1, 0) == static_cast<ssize_t>(bytes);
}

bool may_look_into(pid_t tid)
{
    char byte = 0; // from nowhere: the rights are looked at first
    return read_memory(tid, 0, &byte, 1) || errno != EPERM;
}

bool may_look_into_all()
{
    __user_cap_header_struct self{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3]{};
    return ::syscall(SYS_capget, &self, sets) == 0 && (sets[0].effective >> CAP_SYS_PTRACE & 1U) != 0;
}

bool read_text(pid_t tid, std::uint64_t from, std::string& to)
{
    to.clear();
    char piece[page];
    while (to.size() < page) { // page by page: what follows the string may not be mapped
        const auto bytes = page - from % page;
        if (!read_memory(tid, from, piece, bytes)) return false;
        const auto* const end = static_cast<const char*>(std::memchr(piece, '\0', bytes));
        to.append(piece, end == nullptr ? bytes : static_cast<std::size_t>(end - piece));
        if (end != nullptr) return to.size() < page;
        from += bytes;
    }
    return false;
}

Status status_of_thread(pid_t tid)
{
    const auto text = report::content_of(fmt::format("/proc/{}/status", tid));
    Status status;
    status.found = !text.empty();
    status.ended = text.find("\nState:\tZ") != std::string::npos;
    status.process = static_cast<pid_t>(field(text, "\nTgid:", 10));
    status.parent = static_cast<pid_t>(field(text, "\nPPid:", 10));
    const auto blocked = field(text, "\nSigBlk:", 16);
    status.pending = field(text, "\nSigPnd:", 16) & ~blocked;
    status.pending_of_all = field(text, "\nShdPnd:", 16) & ~blocked;
    return status;
}

std::vector<pid_t> children_of(pid_t process, pid_t tid)
{
    std::istringstream text(report::content_of(fmt::format("/proc/{}/task/{}/children", process, tid)));
    std::vector<pid_t> children;
    for (pid_t child = 0; text >> child;)
        children.push_back(child);
    return children;
}

std::string name_of_thread(pid_t tid)
{
    auto name = report::content_of(fmt::format("/proc/{}/comm", tid));
    if (name.ends_with('\n')) name.pop_back();
    return name;
}

std::vector<std::string> command_line_of(pid_t process)
{
    const auto text = report::content_of(fmt::format("/proc/{}/cmdline", process));
    std::vector<std::string> words;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('\0', at), text.size());
        words.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return words;
}

std::string executable_of(pid_t process)
{
    char path[page];
    const auto length = ::readlink(fmt::format("/proc/{}/exe", process).c_str(), path, sizeof path);
    return {path, length > 0 ? static_cast<std::size_t>(length) : 0};
}

} // namespace faultline::door
