#include "explore/file_tree.hpp"

#include "engine/draw.hpp"
#include "run/sparse.hpp"
#include "run/whole_file.hpp"

#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

namespace faultline::explore {

namespace {

namespace fs = std::filesystem;

Stamp stamp_from(const struct stat& status) { return {status.st_ino, status.st_ctim, status.st_mtim, status.st_atim}; }

std::string link_target(int directory, const char* name)
{
    std::string target(4096, '\0');
    const auto length = ::readlinkat(directory, name, target.data(), target.size());
    target.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
    return target;
}

/// Eight bytes at a time: trees are read after every run.
std::uint64_t hash_bytes(const char* bytes, std::size_t count, std::uint64_t hash)
{
    std::uint64_t word = 0;
    for (; count >= sizeof word; bytes += sizeof word, count -= sizeof word) {
        std::memcpy(&word, bytes, sizeof word);
        hash = engine::mix(hash ^ word);
    }
    word = count;
    std::memcpy(&word, bytes, count);
    return engine::mix(hash + word + engine::golden);
}

std::uint64_t hash_file(int directory, const char* name)
{
    const int fd = run::open_unnoticed(directory, name, O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) return static_cast<std::uint64_t>(errno);
    static thread_local std::vector<char> chunk(1U << 16U);
    std::uint64_t hash = 0;
    for (;;) {
        const auto got = ::read(fd, chunk.data(), chunk.size());
        if (got <= 0) break;
        hash = hash_bytes(chunk.data(), static_cast<std::size_t>(got), hash);
    }
    ::close(fd);
    return hash;
}

/// The names in an open directory.
std::vector<std::string> names_of(DIR* directory)
{
    std::vector<std::string> names;
    while (const auto* entry = ::readdir(directory))
        if (std::strcmp(entry->d_name, ".") != 0 && std::strcmp(entry->d_name, "..") != 0)
            names.emplace_back(entry->d_name);
    return names;
}

/// Names are looked up in open directories: a path may be long, and lead through /proc.
struct CloseDirectory {
    void operator()(DIR* directory) const { ::closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

Directory open_directory(int directory, const char* name)
{
    const int fd = run::open_unnoticed(directory, name, O_DIRECTORY);
    Directory opened(fd < 0 ? nullptr : ::fdopendir(fd));
    if (opened == nullptr && fd >= 0) ::close(fd);
    return opened;
}

void read_tree(int above, const char* path, const std::string& prefix, Tree& tree, Stamps* stamps)
{
    const auto directory = open_directory(above, path);
    if (directory == nullptr) return;
    const int here = ::dirfd(directory.get());
    for (const auto& name : names_of(directory.get())) {
        struct stat status {};
        if (::fstatat(here, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
        const auto key = fmt::format("{}/{}", prefix, name);
        auto& entry = tree[key];
        if (stamps != nullptr) stamps->insert_or_assign(key, stamp_from(status));
        entry.mode = status.st_mode & 07777U;
        if (S_ISDIR(status.st_mode)) {
            entry.type = 'd';
            read_tree(here, name.c_str(), key, tree, stamps);
        } else if (S_ISREG(status.st_mode)) {
            entry.size = static_cast<std::uint64_t>(status.st_size);
            entry.hash = hash_file(here, name.c_str());
        } else if (S_ISLNK(status.st_mode)) {
            entry.type = 'l';
            const auto target = link_target(here, name.c_str());
            entry.hash = hash_bytes(target.data(), target.size(), 0);
        } else {
            entry.type = 'o';
        }
    }
}

class Copy {
public:
    Copy(const std::string& skip, const TreeLimits& limits) : skip_(skip), limits_(limits) {}

    bool directory(const std::string& from, const std::string& to)
    {
        for (const auto& name : names_in(from)) {
            const auto source = fmt::format("{}/{}", from == "/" ? "" : from, name);
            if (source != skip_ && !entry(source, fmt::format("{}/{}", to, name))) return false;
        }
        return true;
    }
    bool entry(const std::string& from, const std::string& to)
    {
        struct stat status {};
        if (::lstat(from.c_str(), &status) != 0) return fail(from);
        bytes_ += S_ISREG(status.st_mode) ? static_cast<std::uint64_t>(status.st_size) : 0;
        if (++entries_ > limits_.entries || bytes_ > limits_.bytes) {
            problem = fmt::format("there are more than {} files or {} MiB to copy for each run (name a smaller "
                                  "directory with --workdir, or use --in-place)",
                                  limits_.entries, limits_.bytes >> 20U);
            return false;
        }
        const auto mode = status.st_mode & 07777U;
        if (S_ISDIR(status.st_mode)) {
            if (is_output(from)) return true;
            if (::mkdir(to.c_str(), 0700) != 0) return fail(to);
            if (!directory(from, to)) return false;
            ::chmod(to.c_str(), mode);
        } else if (S_ISREG(status.st_mode)) {
            if (!run::copy_with_holes(from, to)) return fail(from);
            ::chmod(to.c_str(), mode);
        } else if (S_ISLNK(status.st_mode)) {
            if (::symlink(link_target(AT_FDCWD, from.c_str()).c_str(), to.c_str()) != 0) return fail(to);
        } else if (S_ISFIFO(status.st_mode)) {
            if (::mkfifo(to.c_str(), mode) != 0) return fail(to);
        } else {
            return true;
        }
        const timespec times[2] = {status.st_atim, status.st_mtim};
        ::utimensat(AT_FDCWD, to.c_str(), times, AT_SYMLINK_NOFOLLOW);
        return true;
    }
    std::string problem;

private:
    bool fail(const std::string& path)
    {
        problem = fmt::format("{} cannot be copied: {}", path, std::strerror(errno));
        return false;
    }

    /// Whether an exploration has written it: others may be writing there now, and no program needs it.
    static bool is_output(const std::string& path)
    {
        const auto has = [&](const char* name) { return ::access((path + name).c_str(), F_OK) == 0; };
        return has("/settings.json") && (has("/journal.jsonl") || has("/shards"));
    }

    const std::string& skip_;
    const TreeLimits& limits_;
    std::uint64_t entries_ = 0, bytes_ = 0;
};

} // namespace

std::vector<std::string> names_in(const std::string& path)
{
    const auto directory = open_directory(AT_FDCWD, path.c_str());
    return directory == nullptr ? std::vector<std::string>() : names_of(directory.get());
}

std::string copy_tree(const std::string& from, const std::string& to, const std::string& skip, const TreeLimits& limits)
{
    Copy copy(skip, limits);
    copy.directory(from, to);
    return copy.problem;
}

std::string copy_entry(const std::string& from, const std::string& to, const TreeLimits& limits)
{
    const std::string nothing;
    Copy copy(nothing, limits);
    copy.entry(from, to);
    return copy.problem;
}

Stamp stamp_of(const std::string& path)
{
    struct stat status {};
    return ::lstat(path.c_str(), &status) == 0 ? stamp_from(status) : Stamp{};
}

void empty_directory(const std::string& path)
{
    for (const auto& name : names_in(path)) {
        const auto entry = fmt::format("{}/{}", path, name);
        if (::unlink(entry.c_str()) == 0) continue;
        std::error_code error;
        fs::remove_all(entry, error);
        if (!error) continue;
        // A run may have left directories that may not be written to.
        for (auto each = fs::recursive_directory_iterator(entry, fs::directory_options::skip_permission_denied, error);
             !error && each != fs::recursive_directory_iterator(); each.increment(error))
            if (each->is_directory(error)) ::chmod(each->path().c_str(), 0700);
        ::chmod(entry.c_str(), 0700);
        fs::remove_all(entry, error);
    }
}

void read_tree(const std::string& path, const std::string& prefix, Tree& tree, Stamps* stamps)
{
    read_tree(AT_FDCWD, path.c_str(), prefix, tree, stamps);
}

std::string read_start(const std::string& path, std::uint64_t most, std::uint64_t& size)
{
    size = 0;
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return {};
    struct stat status {};
    if (::fstat(fd, &status) == 0) size = static_cast<std::uint64_t>(status.st_size);
    std::string text(std::min(size, most), '\0');
    const auto got = ::read(fd, text.data(), text.size());
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    ::close(fd);
    return text;
}

} // namespace faultline::explore
