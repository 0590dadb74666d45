#include "door/record_server.hpp"

#include "door/origin.hpp"
#include "door/remote.hpp"
#include "sys/syscalls.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/futex.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>

namespace faultline::door {
namespace {

constexpr std::size_t longest_line = 64 << 10; // of an acknowledgement; a longer one comes in pieces

std::int64_t now_ms() { return sys::now(CLOCK_MONOTONIC) / 1'000'000; }

template <std::size_t size>
void put(char (&to)[size], const std::string& text)
{
    std::strncpy(to, text.c_str(), size - 1);
}

} // namespace

RecordServer::RecordServer(Shared& shared, RecordShared& told, int listener, Setting setting)
    : shared_(shared), told_(told), listener_(listener), setting_(std::move(setting)),
      writer_(setting_.request.directory), files_(writer_),
      buffer_(static_cast<char*>(std::aligned_alloc(4096, buffer_size))), other_buffer_(1 << 20)
{
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) == 0) { // one for each thread of the tree
        files.rlim_cur = files.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &files);
    }
    own_ = rights_of(::getpid()).value_or(Rights{});
    closes_ = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (closes_ < 0) warn("the kernel gives no inotify: that files were closed is not recorded");
    writer_.start(setting_.request.command, setting_.working_directory);
    const auto mark = setting_.request.directory + "/mark";
    const Fd marks(::open(mark.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_TRUNC, 0622));
    ::fchmod(marks.get(), 0622); // clients of a server are often somebody else
    Seen status{};
    if (marks && look(marks.get(), "", 0, status)) mark_ = status.stx_ino, mark_device_ = device_of(status);
    for (const auto& root : setting_.request.roots)
        files_.scan_root(root, setting_.directory);
}

void RecordServer::warn(const std::string& what)
{
    if (warned_ < std::size(told_.warnings)) put(told_.warnings[warned_++], what);
}

void RecordServer::note_outside(const std::string& path)
{
    const auto count = told_.outside++;
    if (count < std::size(told_.outside_paths)) put(told_.outside_paths[count], path);
}

void RecordServer::give_up(const std::string& problem)
{
    over_ = true;
    std::strncpy(shared_.problem, problem.c_str(), sizeof shared_.problem - 1);
    shared_.failed = 1;
    told_.finished = 1;
    ::syscall(SYS_futex, &told_.finished, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
}

void RecordServer::finish(bool outlived)
{
    if (over_) return;
    drain_closes();
    while (!passed_.empty())
        settle(passed_.front().tid);
    const auto last = begin();
    const Asked nobody;
    if (!output_line_.empty()) acknowledge_line(nobody, output_line_, false);
    if (!mark_line_.empty()) acknowledge_line(nobody, mark_line_, true);
    auto end = operation(nobody, Did::end, std::max(last, sequence_));
    end.value = told_.status;
    record(nobody, std::move(end), nullptr);
    writer_.finish();
    ::unlink((setting_.request.directory + "/mark").c_str());
    told_.outlived = outlived ? 1 : 0;
    over_ = true;
    told_.finished = 1;
    ::syscall(SYS_futex, &told_.finished, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
}

void RecordServer::serve()
{
    std::int64_t deadline = 0;
    // No signal while a call is made: some end with EINTR, and that would be the program's to wonder about.
    sigset_t alarm, before;
    sigemptyset(&alarm);
    sigaddset(&alarm, SIGALRM);
    ::sigprocmask(SIG_BLOCK, &alarm, &before);
    for (;;) {
        pollfd asked{listener_, POLLIN, 0};
        timespec patience{};
        const bool waits_for_rest = told_.ended != 0 && !over_;
        if (waits_for_rest) {
            if (deadline == 0) deadline = now_ms() + setting_.request.patience_ms;
            const auto left = std::max<std::int64_t>(0, deadline - now_ms());
            patience = {left / 1000, left % 1000 * 1'000'000};
        }
        const int ready = ::ppoll(&asked, 1, waits_for_rest ? &patience : nullptr, &before); // signals: told_ has news
        try {
            if (ready > 0 && (asked.revents & POLLIN) != 0) {
                receive();
            } else if (ready > 0 && (asked.revents & (POLLHUP | POLLERR)) != 0) {
                if (told_.ended == 0 && ::getppid() == parent_) { // it has not seen the end yet
                    ::poll(nullptr, 0, 1);
                    continue;
                }
                return finish(false);
            } else if (ready == 0 && deadline != 0 && now_ms() >= deadline) {
                finish(true);
            }
        } catch (const std::exception& exception) {
            give_up(exception.what());
        }
    }
}

void RecordServer::receive()
{
    const auto* const received = door::receive(shared_, listener_);
    if (received == nullptr) return;
    const auto& notification = *received;
    auto& slot = shared_.in_flight[0];
    slot.state = InFlight::State::judged;
    slot.id = notification.id;
    Asked asked;
    asked.id = notification.id;
    asked.tid = static_cast<pid_t>(notification.pid);
    asked.number = notification.data.nr;
    std::ranges::copy(notification.data.args, asked.arguments);
    asked.address = notification.data.instruction_pointer;
    Answer result;
    if (!over_ && asked.tid != 0) {
        try {
            result = judge(asked);
        } catch (const std::exception& exception) {
            give_up(exception.what()); // what was done already stays to be answered
            if (slot.state == InFlight::State::performed) result = slot.result;
        }
    }
    if (!result)
        let_pass(listener_, asked.id);
    else
        answer(listener_, asked.id, std::max<std::int64_t>(*result, 0),
               static_cast<std::int32_t>(std::min<std::int64_t>(*result, 0)));
    slot.id = 0;
}

RecordServer::Answer RecordServer::judge(Asked& asked)
{
    drain_closes();
    if (!passed_.empty()) settle(asked.tid);
    const auto row = std::ranges::find(rows(), asked.number, &Row::number);
    if (row == rows().end() || !callers_.find(asked)) return std::nullopt;
    asked.name = row->name;
    return (this->*row->handler)(asked);
}

void RecordServer::settle(pid_t tid)
{
    for (auto each = passed_.begin(); each != passed_.end();) {
        if (each->tid == tid) {
            const auto settle = std::move(each->settle);
            each = passed_.erase(each);
            settle();
        } else {
            ++each;
        }
    }
}

/// inotify tells when the last reference to an open file that could write is gone: closed, with its process, or unmapped.
void RecordServer::drain_closes()
{
    alignas(inotify_event) char events[4096];
    for (ssize_t size = 0; closes_ >= 0 && (size = ::read(closes_, events, sizeof events)) > 0;) {
        for (const char* at = events; at < events + size;) {
            inotify_event event{};
            std::memcpy(&event, at, sizeof event);
            at += sizeof event + event.len;
            const auto watch = watches_.find(event.wd);
            if ((event.mask & IN_Q_OVERFLOW) != 0)
                warn("some closes of files were not seen (fs.inotify.max_queued_events)");
            if (watch == watches_.end()) continue;
            auto* const known = files_.find(watch->second);
            if ((event.mask & IN_IGNORED) != 0) {
                if (known != nullptr) known->watched = false;
                watches_.erase(watch);
                continue;
            }
            if (known == nullptr) continue;
            Asked nobody;
            nobody.name = "close";
            record(nobody, operation(nobody, Did::release, begin()), known);
            // A lease is given only where no process has the file open to write, and so none has it mapped.
            if (auto* const mapped = find_mapped(known->id);
                mapped != nullptr && ::fcntl(mapped->file.get(), F_SETLEASE, F_RDLCK) == 0) {
                ::fcntl(mapped->file.get(), F_SETLEASE, F_UNLCK);
                mapped_.remove_if([&](const Mapped& each) { return &each == mapped; });
            }
        }
    }
}

std::uint64_t RecordServer::begin()
{
    if (!mapped_.empty()) compare_mapped();
    return ++sequence_;
}

Operation RecordServer::operation(const Asked& asked, Did did, std::uint64_t begun) const
{
    Operation operation;
    operation.did = did;
    operation.begin = begun;
    operation.pid = asked.pid;
    operation.tid = asked.tid;
    operation.thread = asked.thread;
    operation.call = asked.name;
    return operation;
}

void RecordServer::record(const Asked& asked, Operation operation, Known* known)
{
    operation.end = ++sequence_;
    if (known != nullptr) {
        operation.inode = known->id;
        operation.device = known->device;
        if (operation.path.empty()) operation.path = files_.path_of(known->id);
    }
    operation.site = sites_.of(asked, writer_);
    writer_.operation(operation);
}

void RecordServer::not_recorded(const Asked& asked, Known* known, const std::string& why)
{
    if (known != nullptr && std::exchange(known->not_recorded, true)) return;
    auto operation = this->operation(asked, Did::not_recorded, begin());
    operation.bytes = writer_.store(why);
    record(asked, std::move(operation), known);
}

void RecordServer::acknowledge_line(const Asked& asked, std::string_view line, bool marked)
{
    auto operation = this->operation(asked, Did::acknowledge, begin());
    if (marked) operation.call = "mark";
    operation.bytes = writer_.store(line);
    record(asked, std::move(operation), nullptr);
}

void RecordServer::acknowledge(const Asked& asked, std::string& line, std::string_view bytes)
{
    for (const char byte : bytes) {
        if (byte != '\n') line.push_back(byte);
        if (byte != '\n' && line.size() < longest_line) continue;
        acknowledge_line(asked, line, &line == &mark_line_);
        line.clear();
    }
}

Asked RecordServer::for_later(Asked asked)
{
    asked.site = sites_.of(asked, writer_);
    asked.address = 0;
    return asked;
}

RecordServer::Answer RecordServer::as_caller(const Asked& asked, const std::function<std::int64_t()>& call)
{
    auto& rights = asked.facts->rights;
    if (!rights) rights = rights_of(asked.tid);
    if (!rights) return std::nullopt;
    const WithRights with(*rights, own_);
    if (!with.possible()) {
        not_recorded(asked, nullptr,
                     fmt::format("{} was called with rights that the recorder does not have", asked.name));
        return std::nullopt;
    }
    return perform(call);
}

std::int64_t RecordServer::perform(const std::function<std::int64_t()>& call)
{
    auto& slot = shared_.in_flight[0];
    slot.state = InFlight::State::performing;
    const auto result = call();
    slot.result = result < 0 ? -errno : result;
    slot.state = InFlight::State::performed;
    return slot.result;
}

RecordServer::Answer RecordServer::change_rights(const Asked& asked)
{
    callers_.doubt(asked);
    return std::nullopt;
}

RecordServer::Answer RecordServer::execute(const Asked& asked)
{
    callers_.doubt(asked); // it may be of a set-user-ID program
    sites_.forget(asked.pid);
    return std::nullopt;
}

} // namespace faultline::door
