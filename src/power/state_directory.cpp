#include "power/state_directory.hpp"

#include "run/sparse.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace faultline::power {

using door::InodeId;
namespace fs = std::filesystem;

namespace {

std::string joined(const std::string& directory, const std::string& path)
{
    return path.empty() ? directory : directory + "/" + path;
}

std::string trouble(const std::string& path) { return fmt::format("{}: {}", path, std::strerror(errno)); }

door::Attributes attributes_of(const struct stat& status)
{
    door::Attributes attributes;
    attributes.mode = status.st_mode;
    attributes.owner = status.st_uid;
    attributes.group = status.st_gid;
    attributes.modified_ns = status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec;
    return attributes;
}

class Writer {
public:
    Writer(const Sources& sources, const std::vector<std::string>& directories)
        : sources_(sources), directories_(directories)
    {}

    void take(const Met& met)
    {
        if (!problem_.empty()) return;
        const auto to = joined(directories_[met.root], met.path);
        const auto source = sources_.find(met.inode);
        struct stat status {};
        const bool is_there = source != sources_.end() && ::lstat(source->second.c_str(), &status) == 0;
        if (met.file == nullptr && !is_there) {
            problem_ = fmt::format("{}: it is not there any more, and the run did not change it", met.path);
            return;
        }
        const auto attributes = met.file != nullptr ? met.file->attributes : attributes_of(status);
        if (S_ISDIR(attributes.mode)) {
            if (!met.path.empty() && ::mkdir(to.c_str(), 0700) != 0) return fails(to);
            later_.emplace_back(to, attributes);
            return;
        }
        if (const auto linked = written_.find(met.inode); linked != written_.end()) {
            if (::link(linked->second.c_str(), to.c_str()) != 0) fails(to);
            return;
        }
        written_[met.inode] = to;
        if (S_ISREG(attributes.mode))
            write(met, is_there ? source->second : "", to);
        else if (S_ISLNK(attributes.mode))
            make_link(met, is_there ? source->second : "", to);
        else if (::mknod(to.c_str(), attributes.mode, 0) != 0 && errno != EPERM)
            fails(to);
        if (problem_.empty()) set(to, attributes);
    }

    std::string finish()
    {
        for (auto each = later_.rbegin(); each != later_.rend() && problem_.empty(); ++each)
            set(each->first, each->second);
        return problem_;
    }

private:
    void fails(const std::string& path) { problem_ = trouble(path); }

    void write(const Met& met, const std::string& source, const std::string& to)
    {
        if (met.file == nullptr || !met.file->content_known) {
            if (!run::copy_with_holes(source, to))
                problem_ = fmt::format("{}: what it held is not known: {}", met.path, std::strerror(errno));
            return;
        }
        std::ofstream out(to, std::ios::binary);
        read_content(*met.file, [&](std::uint64_t at, std::string_view bytes) {
            out.seekp(static_cast<std::streamoff>(at));
            out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        });
        // Holes stay holes, so that a file of any size can be laid out.
        if (!out.flush() || ::truncate(to.c_str(), static_cast<off_t>(met.file->size)) != 0) fails(to);
    }

    void make_link(const Met& met, const std::string& source, const std::string& to)
    {
        std::error_code error;
        const auto target = met.file != nullptr && !met.file->target.empty() ? met.file->target
                                                                             : fs::read_symlink(source, error).string();
        if (::symlink(target.c_str(), to.c_str()) != 0) fails(to);
    }

    void set(const std::string& path, const door::Attributes& attributes)
    {
        // Without the right, or the owner in a user namespace, it stays ours.
        if (::lchown(path.c_str(), attributes.owner, attributes.group) != 0 && errno != EPERM && errno != EINVAL)
            return fails(path);
        if (!S_ISLNK(attributes.mode) && ::chmod(path.c_str(), attributes.mode & 07777U) != 0) return fails(path);
        for (const auto& [name, value] : attributes.extended)
            static_cast<void>(::lsetxattr(path.c_str(), name.c_str(), value.data(), value.size(), 0));
        if (attributes.modified_ns == 0) return;
        const timespec time{attributes.modified_ns / 1'000'000'000, attributes.modified_ns % 1'000'000'000};
        const timespec times[]{time, time};
        ::utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW);
    }

    const Sources& sources_;
    const std::vector<std::string>& directories_;
    std::map<InodeId, std::string> written_;
    std::vector<std::pair<std::string, door::Attributes>> later_;
    std::string problem_;
};

/// Of the attributes that the recording has for a file, those that the real one has otherwise.
std::string other_attributes(const std::string& path, const struct stat& status, const door::Attributes& attributes)
{
    if (!S_ISLNK(status.st_mode) && ((status.st_mode ^ attributes.mode) & 07777U) != 0)
        return fmt::format("its mode is {:o}, and {:o} by the recording", status.st_mode & 07777U,
                           attributes.mode & 07777U);
    if (status.st_uid != attributes.owner || status.st_gid != attributes.group)
        return fmt::format("its owner is {}:{}, and {}:{} by the recording", status.st_uid, status.st_gid,
                           attributes.owner, attributes.group);
    for (const auto& [name, value] : attributes.extended) {
        std::string real(value.size() + 1, '\0');
        const auto size = ::lgetxattr(path.c_str(), name.c_str(), real.data(), real.size());
        if (size < 0 || real.substr(0, static_cast<std::size_t>(size)) != value)
            return fmt::format("its attribute {} is not as in the recording", name);
    }
    return {};
}

/// Where a file's content is not as in the recording. Holes are not read: a file may have any size.
std::string other_content(const std::string& path, const File& file)
{
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return std::strerror(errno);
    std::map<std::uint64_t, std::string_view> expected;
    read_content(file, [&](std::uint64_t at, std::string_view bytes) { expected.emplace(at, bytes); });
    std::array<char, page_size> real{};
    std::optional<std::uint64_t> other;
    const auto look = [&](std::uint64_t at) {
        const auto size = static_cast<std::size_t>(std::min(page_size, file.size - at));
        real.fill('\0');
        const bool was_read = ::pread(fd, real.data(), size, static_cast<off_t>(at)) == static_cast<ssize_t>(size);
        const auto page = expected.find(at);
        const bool same = page != expected.end() ? std::string_view(real.data(), size) == page->second
                                                 : std::ranges::all_of(real, [](char byte) { return byte == '\0'; });
        if ((!was_read || !same) && (!other || at < *other)) other = at;
    };
    for (const auto& [at, bytes] : expected)
        look(at);
    run::each_data(fd, [&](off_t data, off_t hole) {
        for (auto at = static_cast<std::uint64_t>(data) / page_size * page_size; at < static_cast<std::uint64_t>(hole);
             at += page_size)
            if (at < file.size && !expected.contains(at)) look(at);
    });
    ::close(fd);
    return other ? fmt::format("its page at {} is not as in the recording", *other) : std::string();
}

std::string difference(const std::string& path, const struct stat& status, const File& file)
{
    if ((status.st_mode & S_IFMT) != (file.attributes.mode & S_IFMT)) return "it is another kind of thing";
    if (auto other = other_attributes(path, status, file.attributes); !other.empty()) return other;
    if (!S_ISREG(status.st_mode) || !file.content_known) return {};
    if (static_cast<std::uint64_t>(status.st_size) != file.size)
        return fmt::format("it has {} bytes, and {} by the recording", status.st_size, file.size);
    return other_content(path, file);
}

} // namespace

Sources sources(const Disks& disks, const Tree& last)
{
    Sources found;
    disks.visit(last, [&](const Met& met) {
        found.try_emplace(met.inode, joined(disks.recording().roots[met.root].path, met.path));
    });
    return found;
}

std::string lay_out(const Disks& disks, const Tree& tree, const Sources& sources,
                    const std::vector<std::string>& directories)
{
    Writer writer(sources, directories);
    disks.visit(tree, [&](const Met& met) { writer.take(met); });
    return writer.finish();
}

std::vector<std::string> differences(const Disks& disks, const Tree& last, const std::vector<std::string>& left_out)
{
    const auto is_left_out = [&](const std::string& path) {
        return std::ranges::any_of(
            left_out, [&](const std::string& each) { return path == each || path.starts_with(each + '/'); });
    };
    std::vector<std::string> found;
    std::set<std::string> known;
    std::vector<std::string> directories;
    disks.visit(last, [&](const Met& met) {
        const auto path = joined(disks.recording().roots[met.root].path, met.path);
        if (is_left_out(path)) return; // it changes as results are written
        known.insert(path);
        struct stat status {};
        if (::lstat(path.c_str(), &status) != 0) {
            found.push_back(trouble(path));
            return;
        }
        if (S_ISDIR(status.st_mode)) directories.push_back(path);
        if (met.file == nullptr) return;
        if (const auto what = difference(path, status, *met.file); !what.empty()) found.push_back(path + ": " + what);
    });
    for (const auto& directory : directories) {
        std::error_code error;
        for (const auto& entry : fs::directory_iterator(directory, error))
            if (!known.contains(entry.path().string()) && !is_left_out(entry.path().string()))
                found.push_back(entry.path().string() + ": by the recording it is not there");
    }
    return found;
}

} // namespace faultline::power
