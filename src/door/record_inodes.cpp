#include "door/record_inodes.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <stdexcept>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

namespace faultline::door {
namespace {

std::int64_t nanoseconds(const statx_timestamp& time) { return time.tv_sec * 1'000'000'000 + time.tv_nsec; }

std::string path_to(int fd) { return fmt::format("/proc/self/fd/{}", fd); }

} // namespace

bool look(int directory, const char* name, int flags, Seen& status)
{
    return ::statx(directory, name, flags | AT_EMPTY_PATH | AT_NO_AUTOMOUNT, STATX_BASIC_STATS | STATX_BTIME,
                   &status) == 0;
}

std::uint64_t device_of(const Seen& status) { return makedev(status.stx_dev_major, status.stx_dev_minor); }

Fd reopen_to_read(int fd)
{
    const auto path = path_to(fd);
    constexpr int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    Fd opened(::open(path.c_str(), flags | O_NOATIME)); // the owner alone may ask for that
    return opened ? std::move(opened) : Fd(::open(path.c_str(), flags));
}

Attributes attributes_of(int fd, const Seen& status)
{
    Attributes attributes;
    attributes.mode = status.stx_mode;
    attributes.owner = status.stx_uid;
    attributes.group = status.stx_gid;
    attributes.modified_ns = nanoseconds(status.stx_mtime);
    if (S_ISLNK(status.stx_mode)) return attributes; // users cannot give links any
    const auto path = path_to(fd);
    const auto size = ::listxattr(path.c_str(), nullptr, 0);
    if (size <= 0) return attributes;
    std::string names(static_cast<std::size_t>(size), '\0');
    const auto got = ::listxattr(path.c_str(), names.data(), names.size());
    names.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    for (std::size_t at = 0; at < names.size();) {
        const std::string name(names.c_str() + at);
        at += name.size() + 1;
        std::string value(XATTR_SIZE_MAX, '\0');
        const auto length = ::getxattr(path.c_str(), name.c_str(), value.data(), value.size());
        if (length < 0) continue;
        value.resize(static_cast<std::size_t>(length));
        attributes.extended.emplace_back(name, value);
    }
    std::ranges::sort(attributes.extended);
    return attributes;
}

Known* Files::find(const Seen& status)
{
    const auto found = by_number_.find({device_of(status), status.stx_ino});
    if (found == by_number_.end()) return nullptr;
    auto& known = *known_[static_cast<std::size_t>(found->second)];
    // The number of an inode that is gone, used again for one that is not ours.
    return known.born_ns == nanoseconds(status.stx_btime) && known.type == (status.stx_mode & S_IFMT) ? &known
                                                                                                      : nullptr;
}

Known* Files::find(InodeId id)
{
    const auto index = static_cast<std::size_t>(id);
    return id == InodeId::none || index >= known_.size() ? nullptr : known_[index].get();
}

Known& Files::add(int fd, const Seen& status, bool existed, Name at)
{
    auto known = std::make_unique<Known>();
    known->id = static_cast<InodeId>(known_.size());
    known->device = device_of(status);
    known->number = status.stx_ino;
    known->born_ns = (status.stx_mask & STATX_BTIME) != 0 ? nanoseconds(status.stx_btime) : 0;
    known->type = status.stx_mode & S_IFMT;
    known->existed = existed;
    known->kept = !existed;
    known->at = std::move(at);
    Inode inode;
    inode.id = known->id;
    inode.existed = existed;
    inode.device = known->device;
    inode.number = known->number;
    inode.size = existed ? status.stx_size : 0;
    inode.attributes = attributes_of(fd, status);
    writer_.inode(inode);
    by_number_[{known->device, known->number}] = known->id;
    known_.push_back(std::move(known));
    return *known_.back();
}

Known& Files::adopt(int fd, const Seen& status, Name at)
{
    auto& known = add(fd, status, true, std::move(at));
    if (S_ISDIR(status.stx_mode))
        scan(fd, known.id);
    else
        keep(known, fd);
    return known;
}

void Files::scan_root(const std::string& path, const Seen& left_out)
{
    left_out_device_ = device_of(left_out);
    left_out_number_ = left_out.stx_ino;
    const Fd fd(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    Seen status{};
    if (!fd || !look(fd.get(), "", 0, status))
        throw std::runtime_error(fmt::format("{}: {}", path, std::strerror(errno)));
    auto* known = find(status);
    if (known == nullptr) {
        known = &add(fd.get(), status, true, {});
        scan(fd.get(), known->id);
    }
    roots_[known->id] = path;
    writer_.root({path, known->id});
}

void Files::scan(int fd, InodeId directory)
{
    const int readable = ::openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR* const entries = readable < 0 ? nullptr : ::fdopendir(readable);
    if (entries == nullptr)
        throw std::runtime_error(
            fmt::format("{}: {} (what lies in it cannot be recorded)", path_of(directory), std::strerror(errno)));
    const std::unique_ptr<DIR, int (*)(DIR*)> closed(entries, ::closedir);
    while (const auto* const entry = ::readdir(entries)) {
        const std::string name(entry->d_name);
        if (name == "." || name == "..") continue;
        const Fd child(::openat(fd, name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
        Seen status{};
        if (!child || !look(child.get(), "", 0, status)) continue; // gone again
        if (device_of(status) == left_out_device_ && status.stx_ino == left_out_number_) continue;
        auto* known = find(status);
        const bool first = known == nullptr;
        if (first) known = &add(child.get(), status, true, {directory, name});
        writer_.entry({{directory, name}, known->id});
        if (!first) continue;
        if (S_ISDIR(status.stx_mode)) scan(child.get(), known->id);
        if (S_ISLNK(status.stx_mode)) keep(*known, child.get());
    }
}

void Files::keep(Known& known, int fd)
{
    if (known.kept) return;
    known.kept = true;
    Inode inode;
    inode.id = known.id;
    Seen status{};
    if (!look(fd, "", 0, status)) return;
    if (S_ISLNK(status.stx_mode)) {
        char target[PATH_MAX];
        const auto size = ::readlinkat(fd, "", target, sizeof target);
        if (size < 0) return;
        inode.size = static_cast<std::uint64_t>(size);
        inode.content.emplace_back(0, writer_.store({target, inode.size}));
        return writer_.kept(inode);
    }
    if (!S_ISREG(status.stx_mode)) return;
    const auto file = reopen_to_read(fd);
    if (!file)
        throw std::runtime_error(
            fmt::format("{}: {} (what it holds cannot be recorded)", path_of(known.id), std::strerror(errno)));
    inode.size = status.stx_size;
    for (off_t at = 0, size = static_cast<off_t>(inode.size); at < size;) {
        auto first = ::lseek(file.get(), at, SEEK_DATA);
        if (first < 0 && errno == ENXIO) break; // nothing but a hole
        if (first < 0) first = at;              // the file system tells no holes
        auto end = ::lseek(file.get(), first, SEEK_HOLE);
        if (end < 0) end = size;
        end = std::min(end, size);
        inode.content.emplace_back(first, writer_.store_from(file.get(), static_cast<std::uint64_t>(first),
                                                             static_cast<std::uint64_t>(end - first)));
        at = end;
    }
    writer_.kept(inode);
}

std::string Files::path_of(InodeId id) const
{
    std::string path;
    constexpr int deepest = 4096; // names may make a ring for a moment
    for (int depth = 0; id != InodeId::none && depth < deepest; ++depth) {
        if (const auto root = roots_.find(id); root != roots_.end()) return root->second + path;
        const auto& at = known_[static_cast<std::size_t>(id)]->at;
        if (at.name.empty()) break;
        path.insert(0, "/" + at.name);
        id = at.directory;
    }
    return path.empty() ? "(a file without a name)" : path;
}

} // namespace faultline::door
