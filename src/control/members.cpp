#include "control/members.hpp"

#include "ledger/layout.hpp"
#include "ledger/reserve.hpp"
#include "report/record_files.hpp"
#include "run/run_records.hpp"
#include "sys/syscalls.hpp"

#include <algorithm>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <map>
#include <memory>
#include <sys/mman.h>
#include <unistd.h>

namespace faultline::control {

namespace {

namespace fs = std::filesystem;

struct Descriptor {
    int fd;
    explicit Descriptor(const std::string& path) : fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
    ~Descriptor()
    {
        if (fd >= 0) ::close(fd);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
};

template <class T>
bool read_at(int fd, T& into, std::uint64_t offset)
{
    return ::pread(fd, static_cast<void*>(&into), sizeof into, static_cast<off_t>(offset)) == ssize_t{sizeof into};
}

/// Adds the process whose record begins there.
void add(std::vector<Member>& members, int fd, std::uint64_t offset, const std::string& path)
{
    const auto header = std::make_unique<ledger::Header>();
    if (!read_at(fd, *header, offset) || header->magic_number != ledger::magic) return;
    Member member;
    member.pid = header->pid;
    member.program = header->program.view();
    member.lineage = header->lineage.view();
    member.record = path;
    member.taken = header->control_taken;
    member.sealed = (header->trouble & ledger::sealed) != 0;
    member.alive = header->state == ledger::State::running && report::lives(*header);
    members.push_back(std::move(member));
}

char state_of(const std::string& stat)
{
    const auto end = stat.rfind(") ");
    return end == std::string::npos ? 'X' : stat[end + 2];
}

/// How long a thread has run, in ns.
std::uint64_t time_of(const fs::path& task)
{
    std::uint64_t time = 0;
    std::ifstream(task / "schedstat") >> time;
    return time;
}

using Times = std::map<std::string, std::uint64_t>;

/// Whether no thread of the process is in the middle of a call that began before the change.
bool makes_no_call(pid_t pid, Times& begun)
{
    constexpr std::uint64_t enough = 1'000'000;
    bool quiet = true;
    std::error_code error;
    for (const auto& task : fs::directory_iterator(fmt::format("/proc/{}/task", pid), error)) {
        std::string stat;
        std::ifstream file(task.path() / "stat");
        std::getline(file, stat);
        if (state_of(stat) != 'R') continue;
        const auto time = time_of(task.path());
        const auto [first, fresh] = begun.try_emplace(task.path().string(), time);
        if (fresh || time - first->second < enough) quiet = false;
    }
    return quiet;
}

} // namespace

std::vector<Member> members_of(const std::string& directory)
{
    std::vector<Member> members;
    for (const auto& image : run::images_of(directory))
        if (const Descriptor file(image.ledger); file.fd >= 0) add(members, file.fd, 0, image.ledger);
    const auto path = fmt::format("{}/{}", directory, ledger::reserve_name);
    ledger::Reserve reserve{};
    const Descriptor file(path);
    if (file.fd < 0 || !read_at(file.fd, reserve, 0) || reserve.magic_number != ledger::reserve_magic) return members;
    for (std::uint32_t slot = 0; slot < std::min(reserve.claimed.load(), reserve.slots); ++slot)
        add(members, file.fd, ledger::reserve_bytes(slot, reserve.slot_bytes), path);
    return members;
}

std::vector<Member> await(const std::string& directory, std::uint32_t generation, std::int64_t patience_ns)
{
    const auto end = sys::now(CLOCK_MONOTONIC) + patience_ns;
    Times begun;
    for (;;) {
        auto members = members_of(directory);
        std::erase_if(members, [&](const Member& member) {
            const bool taken = static_cast<std::int32_t>(member.taken - generation) >= 0;
            return !member.alive || taken || (!member.sealed && makes_no_call(member.pid, begun));
        });
        const bool hopeless = std::ranges::all_of(members, &Member::sealed);
        if (hopeless || sys::now(CLOCK_MONOTONIC) >= end) return members;
        constexpr timespec nap{0, 50'000};
        ::nanosleep(&nap, nullptr);
    }
}

} // namespace faultline::control
