#include "doer.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <stdexcept>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace faultline::test {

using door::Did, door::InodeId, door::Operation;

namespace {

void check(long result, const std::string& what)
{
    if (result < 0) throw std::runtime_error(fmt::format("{}: {}", what, std::strerror(errno)));
}

} // namespace

Doer::Doer(const door::Recording& recording, std::string directory)
    : recording_(recording), directory_(std::move(directory))
{
    for (const auto& entry : recording.entries)
        put(entry.at, entry.inode);
}

Doer::~Doer()
{
    for (const auto& [inode, fd] : open_)
        ::close(fd);
}

std::string Doer::path_of(InodeId inode) const
{
    if (inode == recording_.roots.front().inode) return directory_;
    for (const auto& [name, named] : names_)
        if (named == inode) return path_of(name.first) + "/" + name.second;
    throw std::runtime_error(fmt::format("inode {} has no name", static_cast<std::uint32_t>(inode)));
}

std::string Doer::path_of(const door::Name& name) const { return path_of(name.directory) + "/" + name.name; }

void Doer::put(const door::Name& name, InodeId inode)
{
    if (name.directory == InodeId::none) return;
    if (inode == InodeId::none)
        names_.erase({name.directory, name.name});
    else
        names_[{name.directory, name.name}] = inode;
}

int Doer::open(InodeId inode)
{
    const auto [at, fresh] = open_.try_emplace(inode, -1);
    if (!fresh) return at->second;
    at->second = ::open(path_of(inode).c_str(), O_RDWR | O_CLOEXEC);
    check(at->second, "open");
    return at->second;
}

/// Before a name goes by which something that is still written to would be opened.
void Doer::hold(InodeId inode)
{
    if (inode == InodeId::none || open_.contains(inode)) return;
    struct stat status {};
    if (::lstat(path_of(inode).c_str(), &status) == 0 && S_ISREG(status.st_mode) && status.st_nlink == 1) open(inode);
}

void Doer::take(const Operation& operation)
{
    const auto bytes = recording_.data(operation.bytes);
    switch (operation.did) {
    case Did::write: {
        const iovec piece{const_cast<char*>(bytes.data()), bytes.size()};
        check(::pwritev2(open(operation.inode), &piece, 1, static_cast<off_t>(operation.offset),
                         operation.synchronous ? RWF_DSYNC : 0),
              "pwrite");
        return;
    }
    case Did::truncate:
        return check(::ftruncate(open(operation.inode), static_cast<off_t>(operation.size)), "ftruncate");
    case Did::allocate:
        return check(::fallocate(open(operation.inode), static_cast<int>(operation.flags),
                                 static_cast<off_t>(operation.offset), static_cast<off_t>(operation.size)),
                     "fallocate");
    case Did::create:
        return create(operation);
    case Did::link: {
        const auto to = path_of(operation.to);
        const auto held = open_.find(operation.inode);
        if (held != open_.end()) // it may have no name
            check(::linkat(held->second, "", AT_FDCWD, to.c_str(), AT_EMPTY_PATH), "linkat");
        else
            check(::link(path_of(operation.inode).c_str(), to.c_str()), "link");
        return put(operation.to, operation.inode);
    }
    case Did::unlink: {
        hold(operation.inode);
        const auto path = path_of(operation.from);
        struct stat status {};
        check(::lstat(path.c_str(), &status), path);
        check(S_ISDIR(status.st_mode) ? ::rmdir(path.c_str()) : ::unlink(path.c_str()), path);
        return put(operation.from, InodeId::none);
    }
    case Did::rename:
        hold(operation.replaced);
        check(::rename(path_of(operation.from).c_str(), path_of(operation.to).c_str()), "rename");
        put(operation.from, InodeId::none);
        return put(operation.to, operation.inode);
    case Did::exchange:
        check(::renameat2(AT_FDCWD, path_of(operation.from).c_str(), AT_FDCWD, path_of(operation.to).c_str(),
                          RENAME_EXCHANGE),
              "renameat2");
        put(operation.to, operation.inode);
        return put(operation.from, operation.replaced);
    case Did::attributes:
        return change_attributes(operation);
    case Did::sync:
    case Did::sync_data:
    case Did::sync_system:
        return sync(operation);
    case Did::release:
        if (const auto held = open_.find(operation.inode); held != open_.end()) {
            ::close(held->second);
            open_.erase(held);
        }
        return;
    case Did::not_recorded:
    case Did::sync_failed:
    case Did::reverted:
        throw std::runtime_error(fmt::format("{} cannot be done again", operation.call));
    case Did::acknowledge:
    case Did::end:
        return;
    }
}

void Doer::create(const Operation& operation)
{
    const auto mode = operation.attributes.mode;
    if (operation.to.directory == InodeId::none) {
        open_[operation.inode] = ::open(directory_.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, mode & 07777U);
        return check(open_[operation.inode], "O_TMPFILE");
    }
    const auto path = path_of(operation.to);
    if (S_ISDIR(mode))
        check(::mkdir(path.c_str(), mode & 07777U), path);
    else if (S_ISLNK(mode))
        check(::symlink(std::string(recording_.data(operation.bytes)).c_str(), path.c_str()), path);
    else if (S_ISREG(mode))
        check(open_[operation.inode] = ::open(path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, mode & 07777U),
              path);
    else
        check(::mknod(path.c_str(), mode, 0), path);
    put(operation.to, operation.inode);
}

void Doer::change_attributes(const Operation& operation)
{
    const auto path = path_of(operation.inode);
    const auto& to = operation.attributes;
    struct stat is {};
    check(::lstat(path.c_str(), &is), path);
    if (is.st_uid != to.owner || is.st_gid != to.group) check(::lchown(path.c_str(), to.owner, to.group), path);
    if (!S_ISLNK(is.st_mode) && (is.st_mode & 07777U) != (to.mode & 07777U))
        check(::chmod(path.c_str(), to.mode & 07777U), path);
    for (const auto& [name, value] : to.extended)
        check(::lsetxattr(path.c_str(), name.c_str(), value.data(), value.size(), 0), path);
    const timespec time{to.modified_ns / 1'000'000'000, to.modified_ns % 1'000'000'000};
    const timespec times[]{time, time};
    check(::utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW), path);
}

void Doer::sync(const Operation& operation)
{
    if (operation.did == Did::sync_system || operation.inode == InodeId::none) {
        const int fd = ::open(directory_.c_str(), O_RDONLY | O_CLOEXEC);
        check(fd, directory_);
        check(::syncfs(fd), "syncfs"); // of no other file system than this one
        ::close(fd);
        return;
    }
    const auto held = open_.find(operation.inode);
    const int fd = held != open_.end() ? held->second : ::open(path_of(operation.inode).c_str(), O_RDONLY | O_CLOEXEC);
    check(fd, "open");
    check(operation.did == Did::sync_data ? ::fdatasync(fd) : ::fsync(fd), "sync");
    if (held == open_.end()) ::close(fd);
}

} // namespace faultline::test
