// What the recorder does for the calls that change modes, owners, times and extended attributes.

#include "door/record_server.hpp"
#include "door/remote.hpp"

#include <array>
#include <fcntl.h>
#include <linux/limits.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/xattr.h>
#include <utime.h>

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

namespace faultline::door {
namespace {

enum class Kind { mode, owner, times, set, remove };
enum class Times { none, seconds, microseconds, nanoseconds };

struct Form {
    int number;
    Kind kind;
    int directory, path, next, flags; // arguments; -1: none
    bool follows = true;
    Times times = Times::none;
};

constexpr Form forms[] = {
#ifdef SYS_chmod
    {SYS_chmod, Kind::mode, -1, 0, 1, -1},
    {SYS_chown, Kind::owner, -1, 0, 1, -1},
    {SYS_lchown, Kind::owner, -1, 0, 1, -1, false},
    {SYS_utime, Kind::times, -1, 0, 1, -1, true, Times::seconds},
    {SYS_utimes, Kind::times, -1, 0, 1, -1, true, Times::microseconds},
    {SYS_futimesat, Kind::times, 0, 1, 2, -1, true, Times::microseconds},
#endif
    {SYS_fchmodat, Kind::mode, 0, 1, 2, -1},
    {SYS_fchmodat2, Kind::mode, 0, 1, 2, 3},
    {SYS_fchownat, Kind::owner, 0, 1, 2, 4},
    {SYS_utimensat, Kind::times, 0, 1, 2, 3, true, Times::nanoseconds},
    {SYS_setxattr, Kind::set, -1, 0, 1, -1},
    {SYS_lsetxattr, Kind::set, -1, 0, 1, -1, false},
    {SYS_removexattr, Kind::remove, -1, 0, 1, -1},
    {SYS_lremovexattr, Kind::remove, -1, 0, 1, -1, false},
    {SYS_fchmod, Kind::mode, -1, -1, 1, -1},
    {SYS_fchown, Kind::owner, -1, -1, 1, -1},
    {SYS_fsetxattr, Kind::set, -1, -1, 1, -1},
    {SYS_fremovexattr, Kind::remove, -1, -1, 1, -1},
};

const Form& form_of(int number)
{
    const Form* form = forms;
    while (form->number != number)
        ++form;
    return *form;
}

/// What stands in the caller's memory.
struct Values {
    std::array<timespec, 2> times{};
    bool now = false;
    std::string name, value;
};

bool read_times(const Asked& asked, std::uint64_t at, Times unit, Values& values)
{
    values.now = at == 0;
    if (values.now) return true;
    if (unit == Times::nanoseconds) return read_value(asked.tid, at, values.times);
    if (unit == Times::seconds) {
        utimbuf times{};
        if (!read_value(asked.tid, at, times)) return false;
        values.times = {timespec{times.actime, 0}, timespec{times.modtime, 0}};
        return true;
    }
    std::array<timeval, 2> times{};
    if (!read_value(asked.tid, at, times)) return false;
    for (std::size_t i = 0; i < times.size(); ++i) {
        constexpr long million = 1'000'000;
        if (times[i].tv_usec < 0 || times[i].tv_usec >= million) return false; // the kernel's to refuse
        values.times[i] = {times[i].tv_sec, times[i].tv_usec * 1000};
    }
    return true;
}

std::optional<Values> values_of(const Asked& asked, const Form& form)
{
    Values values;
    const auto* const next = asked.arguments + form.next;
    if (form.kind == Kind::times && !read_times(asked, next[0], form.times, values)) return std::nullopt;
    if (form.kind == Kind::set || form.kind == Kind::remove) {
        if (!read_text(asked.tid, next[0], values.name)) return std::nullopt;
    }
    if (form.kind == Kind::set) {
        if (next[2] > XATTR_SIZE_MAX) return std::nullopt;
        values.value.resize(next[2]);
        if (!read_memory(asked.tid, next[1], values.value.data(), values.value.size())) return std::nullopt;
    }
    return values;
}

} // namespace

void RecordServer::record_attributes(const Asked& asked, Known& known, int fd, std::uint64_t begun)
{
    Seen status{};
    if (!look(fd, "", 0, status)) return;
    auto operation = this->operation(asked, Did::attributes, begun);
    operation.attributes = attributes_of(fd, status);
    record(asked, std::move(operation), &known);
}

RecordServer::Answer RecordServer::change_attributes(const Asked& asked)
{
    const auto& form = form_of(asked.number);
    const bool by_descriptor = form.path < 0;
    Fd fd;
    bool looks_only = true; // the descriptor; what takes no path would refuse it
    if (by_descriptor) {
        fd = descriptor_of(asked, asked.integer(0));
        looks_only = false;
    } else {
        const auto path = asked.arguments[form.path];
        const int flags = form.flags < 0 ? 0 : asked.integer(form.flags);
        if ((flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) != 0) return std::nullopt;
        if (path == 0 && form.kind != Kind::times) return std::nullopt;
        auto place = place_of(asked, form.directory < 0 ? AT_FDCWD : asked.integer(form.directory), path);
        if (!place) return std::nullopt;
        if (place->path.empty()) {
            if (path != 0 && (flags & AT_EMPTY_PATH) == 0) return std::nullopt;
            fd = std::move(place->base);
        } else {
            const bool follows = form.follows && (flags & AT_SYMLINK_NOFOLLOW) == 0;
            fd = Fd(::openat(place->at(), place->path.c_str(), O_PATH | O_CLOEXEC | (follows ? 0 : O_NOFOLLOW)));
        }
    }
    Seen status{};
    if (!fd || !look(fd.get(), "", 0, status)) return std::nullopt;
    auto* const known = files_.find(status);
    if (known == nullptr) return std::nullopt;
    // The kernel alone refuses what links cannot have.
    if (S_ISLNK(status.stx_mode) && form.kind != Kind::owner && form.kind != Kind::times) return std::nullopt;
    const auto values = values_of(asked, form);
    if (!values) return std::nullopt;
    const auto path = "/proc/self/fd/" + std::to_string(fd.get());
    const auto* const next = asked.arguments + form.next;
    const auto begun = begin();
    const auto result = as_caller(asked, [&]() -> std::int64_t {
        switch (form.kind) {
        case Kind::mode:
            return looks_only ? ::chmod(path.c_str(), static_cast<mode_t>(next[0]))
                              : ::fchmod(fd.get(), static_cast<mode_t>(next[0]));
        case Kind::owner:
            return looks_only ? ::fchownat(fd.get(), "", static_cast<uid_t>(next[0]), static_cast<gid_t>(next[1]),
                                           AT_EMPTY_PATH)
                              : ::fchown(fd.get(), static_cast<uid_t>(next[0]), static_cast<gid_t>(next[1]));
        case Kind::times:
            return ::syscall(SYS_utimensat, fd.get(), "", values->now ? nullptr : values->times.data(), AT_EMPTY_PATH);
        case Kind::set:
            return looks_only ? ::setxattr(path.c_str(), values->name.c_str(), values->value.data(),
                                           values->value.size(), static_cast<int>(next[3]))
                              : ::fsetxattr(fd.get(), values->name.c_str(), values->value.data(), values->value.size(),
                                            static_cast<int>(next[3]));
        case Kind::remove:
            return looks_only ? ::removexattr(path.c_str(), values->name.c_str())
                              : ::fremovexattr(fd.get(), values->name.c_str());
        }
        return 0;
    });
    if (!result || *result != 0) return result;
    record_attributes(asked, *known, fd.get(), begun);
    return result;
}

} // namespace faultline::door
