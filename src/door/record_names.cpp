// What the recorder does for the calls that open files, and make, move and remove names.

#include "door/record_server.hpp"
#include "door/remote.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstddef>
#include <cstring>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

namespace faultline::door {
namespace {

constexpr std::uint64_t temporary = O_TMPFILE & ~O_DIRECTORY;

/// A descriptor to look at what a name is; links are not followed.
Fd peek(const Last& last, Seen& status)
{
    Fd fd(::openat(last.directory.get(), last.name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    if (fd && !look(fd.get(), "", 0, status)) return {};
    return fd;
}

/// Whether a call of two names takes them without descriptors of directories.
bool names_alone(int number)
{
#ifdef SYS_rename
    return number == SYS_rename || number == SYS_link;
#else
    return static_cast<void>(number), false;
#endif
}

/// What rename, link and their kin lead from and to.
std::pair<std::optional<Place>, std::optional<Place>> two_places(const Asked& asked)
{
    const auto* const a = asked.arguments;
    if (names_alone(asked.number)) return {place_of(asked, AT_FDCWD, a[0]), place_of(asked, AT_FDCWD, a[1])};
    return {place_of(asked, asked.integer(0), a[1]), place_of(asked, asked.integer(2), a[3])};
}

Known* directory_of(Files& files, const Last& last)
{
    Seen status{};
    return look(last.directory.get(), "", 0, status) ? files.find(status) : nullptr;
}

} // namespace

RecordServer::Answer RecordServer::insert(const Asked& asked, Fd fd, bool close_on_exec)
{
    seccomp_notif_addfd add{};
    add.id = asked.id;
    add.srcfd = static_cast<std::uint32_t>(fd.get());
    add.newfd_flags = close_on_exec ? O_CLOEXEC : 0;
    // Ours is closed before the caller goes on: it may want to execute what it has just written.
    return perform([&] { return ::ioctl(listener_, SECCOMP_IOCTL_NOTIF_ADDFD, &add); });
}

RecordServer::Answer RecordServer::open(const Asked& asked)
{
    open_how how{};
    int directory = AT_FDCWD;
    std::uint64_t path = asked.arguments[0];
    bool plain = true;
    if (asked.number == SYS_openat || asked.number == SYS_openat2)
        directory = asked.integer(0), path = asked.arguments[1];
    if (asked.number == SYS_openat2) {
        plain = false;
        if (asked.arguments[3] < sizeof how || asked.arguments[3] > 4096 ||
            !read_value(asked.tid, asked.arguments[2], how))
            return std::nullopt;
    } else if (asked.number == SYS_openat) {
        how.flags = static_cast<std::uint32_t>(asked.arguments[2]);
        how.mode = asked.arguments[3];
#ifdef SYS_open
    } else if (asked.number == SYS_creat) {
        how.flags = O_CREAT | O_WRONLY | O_TRUNC;
        how.mode = asked.arguments[1];
    } else {
        how.flags = static_cast<std::uint32_t>(asked.arguments[1]);
        how.mode = asked.arguments[2];
#endif
    }
    const bool changes = (how.flags & O_ACCMODE) != O_RDONLY || (how.flags & (O_CREAT | O_TRUNC | temporary)) != 0;
    if (!changes || (how.flags & O_PATH) != 0) return std::nullopt;
    const auto place = place_of(asked, directory, path);
    if (!place || place->path.empty()) return std::nullopt;

    const auto call = [&]() -> int {
        if (plain)
            return ::openat(place->at(), place->path.c_str(), static_cast<int>(how.flags) | O_CLOEXEC | O_NOCTTY,
                            static_cast<mode_t>(how.mode));
        auto ours = how;
        ours.flags |= O_CLOEXEC | O_NOCTTY;
        return static_cast<int>(::syscall(SYS_openat2, place->at(), place->path.c_str(), &ours, sizeof ours));
    };
    Seen status{};
    if ((how.flags & temporary) != 0) {
        const Fd found(::openat(place->at(), place->path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
        auto* const known = found && look(found.get(), "", 0, status) ? files_.find(status) : nullptr;
        return known == nullptr ? std::nullopt : open_new(asked, call, nullptr, "", how.flags);
    }
    const bool follows = (how.flags & O_NOFOLLOW) == 0 && (how.flags & (O_CREAT | O_EXCL)) != (O_CREAT | O_EXCL);
    const Fd found(::openat(place->at(), place->path.c_str(), O_PATH | O_CLOEXEC | (follows ? 0 : O_NOFOLLOW)));
    if (found) {
        if (!look(found.get(), "", 0, status) || !S_ISREG(status.stx_mode)) return std::nullopt;
        return open_existing(asked, call, found, status, how.flags);
    }
    if (errno != ENOENT || (how.flags & O_CREAT) == 0) return std::nullopt;
    auto last = last_of(*place);
    if (last && follows) last = resolve(asked, std::move(*last));
    if (!last) return std::nullopt;
    auto* const parent = directory_of(files_, *last);
    if (parent == nullptr) {
        note_outside(place->path);
        return std::nullopt;
    }
    return open_new(asked, call, parent, last->name, how.flags);
}

RecordServer::Answer RecordServer::open_existing(const Asked& asked, const std::function<int()>& open, const Fd& found,
                                                 const Seen& status, std::uint64_t flags)
{
    auto* const known = files_.find(status);
    if (known == nullptr) {
        const bool to_mark = status.stx_ino == mark_ && device_of(status) == mark_device_;
        if (to_mark) return std::nullopt;
        const auto path = "/proc/self/fd/" + std::to_string(found.get());
        char text[PATH_MAX];
        const auto size = ::readlink(path.c_str(), text, sizeof text);
        if (size > 0 && !std::string_view(text, static_cast<std::size_t>(size)).starts_with("/proc/"))
            note_outside({text, static_cast<std::size_t>(size)});
        return std::nullopt;
    }
    touch(*known, found.get());
    const auto begun = begin();
    Fd opened;
    const auto result = as_caller(asked, [&] {
        opened = Fd(open());
        return std::int64_t{opened.get()};
    });
    if (!result || *result < 0) return result;
    if ((flags & O_TRUNC) != 0) {
        auto operation = this->operation(asked, Did::truncate, begun);
        record(asked, std::move(operation), known);
        renew_shadow(known->id, 0, UINT64_MAX);
    }
    return insert(asked, std::move(opened), (flags & O_CLOEXEC) != 0);
}

RecordServer::Answer RecordServer::open_new(const Asked& asked, const std::function<int()>& open, Known* directory,
                                            const std::string& name, std::uint64_t flags)
{
    const auto begun = begin();
    Fd opened;
    const auto result = as_caller(asked, [&] {
        opened = Fd(open());
        return std::int64_t{opened.get()};
    });
    if (!result || *result < 0) return result;
    Seen status{};
    if (!look(opened.get(), "", 0, status)) return insert(asked, std::move(opened), (flags & O_CLOEXEC) != 0);
    auto& known = files_.add(opened.get(), status, false, directory == nullptr ? Name{} : Name{directory->id, name});
    touch(known, opened.get());
    auto operation = this->operation(asked, Did::create, begun);
    operation.to = known.at;
    operation.attributes = attributes_of(opened.get(), status);
    record(asked, std::move(operation), &known);
    return insert(asked, std::move(opened), (flags & O_CLOEXEC) != 0);
}

RecordServer::Answer RecordServer::rename(const Asked& asked)
{
    const auto places = two_places(asked);
    const auto& old_place = places.first;
    const auto& new_place = places.second;
    const unsigned flags = asked.number == SYS_renameat2 ? static_cast<unsigned>(asked.arguments[4]) : 0;
    if (!old_place || !new_place) return std::nullopt;
    auto from = last_of(*old_place), to = last_of(*new_place);
    if (!from || !to) return std::nullopt;
    auto* const from_directory = directory_of(files_, *from);
    auto* const to_directory = directory_of(files_, *to);
    if (from_directory == nullptr && to_directory == nullptr) {
        note_outside(new_place->path);
        return std::nullopt;
    }
    Seen moved_status{}, replaced_status{};
    const auto moved_fd = peek(*from, moved_status), replaced_fd = peek(*to, replaced_status);
    if (!moved_fd) return std::nullopt;
    auto* moved = files_.find(moved_status);
    auto* replaced = replaced_fd ? files_.find(replaced_status) : nullptr;
    const bool exchanges = (flags & RENAME_EXCHANGE) != 0;
    if ((flags & RENAME_WHITEOUT) != 0) {
        not_recorded(asked, moved, "it was renamed with RENAME_WHITEOUT");
        return std::nullopt;
    }
    if (moved != nullptr) files_.keep(*moved, moved_fd.get());
    if (replaced != nullptr) files_.keep(*replaced, replaced_fd.get());
    const auto begun = begin();
    const auto result = as_caller(asked, [&] {
        return ::syscall(SYS_renameat2, old_place->at(), old_place->path.c_str(), new_place->at(),
                         new_place->path.c_str(), flags);
    });
    if (!result || *result != 0 || (moved != nullptr && moved == replaced)) return result; // two names of one file stay

    const Name old_name{from_directory == nullptr ? InodeId::none : from_directory->id, from->name};
    const Name new_name{to_directory == nullptr ? InodeId::none : to_directory->id, to->name};
    if (to_directory != nullptr && moved == nullptr) moved = &files_.adopt(moved_fd.get(), moved_status, new_name);
    if (exchanges && from_directory != nullptr && replaced == nullptr)
        replaced = &files_.adopt(replaced_fd.get(), replaced_status, old_name);
    // What leaves the roots, or comes below them, is a name less or more.
    const auto did = to_directory == nullptr                            ? Did::unlink
                     : exchanges && from_directory != nullptr           ? Did::exchange
                     : from_directory == nullptr && replaced == nullptr ? Did::link
                                                                        : Did::rename;
    auto operation = this->operation(asked, did, begun);
    if (from_directory != nullptr) operation.from = old_name;
    if (to_directory != nullptr) operation.to = new_name;
    if (replaced != nullptr) operation.replaced = replaced->id;
    if (to_directory != nullptr) moved->at = new_name;
    if (exchanges && replaced != nullptr && from_directory != nullptr) replaced->at = old_name;
    record(asked, std::move(operation), moved);
    if (exchanges && to_directory == nullptr && replaced != nullptr) { // what came in its place
        auto second = this->operation(asked, Did::link, begun);
        second.to = old_name;
        record(asked, std::move(second), replaced);
    }
    return result;
}

RecordServer::Answer RecordServer::link(const Asked& asked)
{
    const auto places = two_places(asked);
    const auto& old_place = places.first;
    const auto& new_place = places.second;
    const int flags = names_alone(asked.number) ? 0 : asked.integer(4);
    if (!old_place || !new_place) return std::nullopt;
    const auto to = last_of(*new_place);
    if (!to) return std::nullopt;
    auto* const directory = directory_of(files_, *to);
    if (directory == nullptr) {
        note_outside(new_place->path);
        return std::nullopt;
    }
    Fd source;
    if (old_place->path.empty()) {
        if ((flags & AT_EMPTY_PATH) == 0 || !old_place->base) return std::nullopt;
        source = Fd(::fcntl(old_place->base.get(), F_DUPFD_CLOEXEC, 0));
    } else {
        const int follow = (flags & AT_SYMLINK_FOLLOW) != 0 ? 0 : O_NOFOLLOW;
        source = Fd(::openat(old_place->at(), old_place->path.c_str(), O_PATH | O_CLOEXEC | follow));
    }
    Seen status{};
    if (!source || !look(source.get(), "", 0, status)) return std::nullopt;
    const auto begun = begin();
    const auto result = as_caller(asked, [&] {
        // The kernel allows an empty path to the one who opened the file, and that looks like us.
        if (old_place->path.empty())
            return ::linkat(AT_FDCWD, old_place->whole().c_str(), new_place->at(), new_place->path.c_str(),
                            AT_SYMLINK_FOLLOW);
        return ::linkat(old_place->at(), old_place->path.c_str(), new_place->at(), new_place->path.c_str(), flags);
    });
    if (!result || *result != 0) return result;
    auto* known = files_.find(status);
    const Name name{directory->id, to->name};
    if (known == nullptr) known = &files_.adopt(source.get(), status, name);
    known->at = name; // "ln temporary final; rm temporary"
    auto operation = this->operation(asked, Did::link, begun);
    operation.to = name;
    record(asked, std::move(operation), known);
    return result;
}

RecordServer::Answer RecordServer::unlink(const Asked& asked)
{
    const bool at = asked.number == SYS_unlinkat;
    const auto place =
        at ? place_of(asked, asked.integer(0), asked.arguments[1]) : place_of(asked, AT_FDCWD, asked.arguments[0]);
    int flags = at ? asked.integer(2) : 0;
#ifdef SYS_rmdir
    if (asked.number == SYS_rmdir) flags = AT_REMOVEDIR;
#endif
    if (!place) return std::nullopt;
    const auto last = last_of(*place);
    if (!last) return std::nullopt;
    auto* const directory = directory_of(files_, *last);
    if (directory == nullptr) {
        note_outside(place->path);
        return std::nullopt;
    }
    Seen status{};
    const auto fd = peek(*last, status);
    auto* const known = fd ? files_.find(status) : nullptr;
    if (known == nullptr) return std::nullopt;
    files_.keep(*known, fd.get());
    const auto begun = begin();
    const auto result = as_caller(asked, [&] { return ::unlinkat(place->at(), place->path.c_str(), flags); });
    if (!result || *result != 0) return result;
    auto operation = this->operation(asked, Did::unlink, begun);
    operation.from = {directory->id, last->name};
    operation.path = files_.path_of(directory->id) + "/" + last->name;
    record(asked, std::move(operation), known);
    return result;
}

RecordServer::Answer RecordServer::make(const Asked& asked)
{
    enum class What { directory, node, link };
    struct Form {
        int number;
        What what;
        int directory, path, next; // arguments; -1: none
    };
    constexpr Form forms[] = {
#ifdef SYS_mkdir
        {SYS_mkdir, What::directory, -1, 0, 1},  {SYS_mknod, What::node, -1, 0, 1},
        {SYS_symlink, What::link, -1, 1, 0},
#endif
        {SYS_mkdirat, What::directory, 0, 1, 2}, {SYS_mknodat, What::node, 0, 1, 2},
        {SYS_symlinkat, What::link, 1, 2, 0},
    };
    const auto& form = *std::ranges::find(forms, asked.number, &Form::number);
    const auto place =
        place_of(asked, form.directory < 0 ? AT_FDCWD : asked.integer(form.directory), asked.arguments[form.path]);
    if (!place) return std::nullopt;
    const auto last = last_of(*place);
    if (!last) return std::nullopt;
    auto* const directory = directory_of(files_, *last);
    if (directory == nullptr) {
        note_outside(place->path);
        return std::nullopt;
    }
    std::string target;
    if (form.what == What::link && !read_text(asked.tid, asked.arguments[form.next], target)) return std::nullopt;
    const auto mode = static_cast<mode_t>(asked.arguments[form.next]);
    const auto begun = begin();
    const auto result = as_caller(asked, [&]() -> std::int64_t {
        if (form.what == What::link) return ::symlinkat(target.c_str(), place->at(), place->path.c_str());
        if (form.what == What::directory) return ::mkdirat(place->at(), place->path.c_str(), mode);
        return ::mknodat(place->at(), place->path.c_str(), mode, asked.arguments[form.next + 1]);
    });
    if (!result || *result != 0) return result;
    Seen status{};
    const auto fd = peek(*last, status);
    if (!fd) return result;
    auto& known = files_.add(fd.get(), status, false, {directory->id, last->name});
    auto operation = this->operation(asked, Did::create, begun);
    operation.to = known.at;
    operation.attributes = attributes_of(fd.get(), status);
    operation.bytes = writer_.store(target);
    if (form.what == What::node) operation.value = static_cast<std::int64_t>(asked.arguments[form.next + 1]);
    record(asked, std::move(operation), &known);
    return result;
}

/// A socket gets a name. It is the caller's, whose credentials it will show: so that passes.
RecordServer::Answer RecordServer::bind(const Asked& asked)
{
    sockaddr_un address{};
    const auto size = std::min<std::uint64_t>(asked.arguments[2], sizeof address);
    if (size <= offsetof(sockaddr_un, sun_path) || !read_memory(asked.tid, asked.arguments[1], &address, size) ||
        address.sun_family != AF_UNIX || address.sun_path[0] == '\0')
        return std::nullopt;
    const auto place = place_of(asked, AT_FDCWD, asked.arguments[1] + offsetof(sockaddr_un, sun_path));
    auto last = place ? last_of(*place) : std::nullopt;
    if (!last) return std::nullopt;
    auto* const directory = directory_of(files_, *last);
    Seen status{};
    if (directory == nullptr || peek(*last, status)) return std::nullopt;
    passed_.push_back({asked.tid, [this, asked, begun = begin(), id = directory->id,
                                   last = std::make_shared<Last>(std::move(*last))] {
                           Seen made{};
                           const auto fd = peek(*last, made);
                           if (!fd || files_.find(made) != nullptr) return;
                           auto& known = files_.add(fd.get(), made, false, {id, last->name});
                           auto operation = this->operation(asked, Did::create, begun);
                           operation.to = known.at;
                           operation.attributes = attributes_of(fd.get(), made);
                           record(asked, std::move(operation), &known);
                       }});
    return std::nullopt;
}

} // namespace faultline::door
