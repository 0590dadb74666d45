#include "replay.hpp"

#include <algorithm>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/falloc.h>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace faultline::test {
namespace {

using door::Did;
using door::InodeId;

/// What a file holds, in pages; those that are not there hold NULs.
struct Content {
    std::map<std::uint64_t, std::string> pages;
    std::uint64_t size = 0;

    static constexpr std::uint64_t page = 4096;
    void write(std::uint64_t offset, std::string_view bytes)
    {
        size = std::max(size, offset + bytes.size());
        while (!bytes.empty()) {
            const auto in_page = offset % page, part = std::min<std::uint64_t>(page - in_page, bytes.size());
            auto& to = pages[offset / page];
            to.resize(page, '\0');
            to.replace(in_page, part, bytes.substr(0, part));
            bytes.remove_prefix(part);
            offset += part;
        }
    }
    void zero(std::uint64_t from, std::uint64_t to)
    {
        const auto before = size;
        for (auto each = pages.lower_bound(from / page); each != pages.end() && each->first * page < to;) {
            const auto start = each->first * page;
            const auto first = std::max(from, start) - start, last = std::min(to, start + page) - start;
            std::fill(each->second.begin() + static_cast<std::ptrdiff_t>(first),
                      each->second.begin() + static_cast<std::ptrdiff_t>(last), '\0');
            each = first == 0 && last == page ? pages.erase(each) : std::next(each);
        }
        size = before;
    }
    void truncate(std::uint64_t to)
    {
        if (to < size) zero(to, size);
        size = to;
    }
};

struct Tree {
    std::map<InodeId, std::map<std::string, InodeId>> directories;
    std::map<InodeId, Content> contents;
    std::map<InodeId, std::string> links;
    std::map<InodeId, door::Attributes> attributes;
    std::set<InodeId> known_contents, not_recorded;
    bool nothing_is_sure = false;
};

void apply(Tree& tree, const door::Recording& recording, const door::Operation& done)
{
    const auto remove = [&](const door::Name& name) {
        if (name.directory != InodeId::none) tree.directories[name.directory].erase(name.name);
    };
    const auto put = [&](const door::Name& name, InodeId inode) {
        if (name.directory != InodeId::none) tree.directories[name.directory][name.name] = inode;
    };
    switch (done.did) {
    case Did::write:
    case Did::reverted:
        tree.contents[done.inode].write(done.offset, recording.data(done.bytes));
        return;
    case Did::truncate:
        tree.contents[done.inode].truncate(done.size);
        return;
    case Did::allocate: {
        auto& content = tree.contents[done.inode];
        if ((done.flags & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE)) != 0)
            content.zero(done.offset, done.offset + done.size);
        if ((done.flags & FALLOC_FL_KEEP_SIZE) == 0) content.size = std::max(content.size, done.offset + done.size);
        return;
    }
    case Did::create:
        put(done.to, done.inode);
        tree.attributes[done.inode] = done.attributes;
        tree.known_contents.insert(done.inode);
        if (S_ISLNK(done.attributes.mode)) tree.links[done.inode] = recording.data(done.bytes);
        return;
    case Did::link:
        put(done.to, done.inode);
        return;
    case Did::unlink:
        remove(done.from);
        return;
    case Did::rename:
        remove(done.from);
        put(done.to, done.inode);
        return;
    case Did::exchange:
        put(done.to, done.inode);
        put(done.from, done.replaced);
        return;
    case Did::attributes:
        tree.attributes[done.inode] = done.attributes;
        return;
    case Did::not_recorded:
        if (done.inode == InodeId::none) tree.nothing_is_sure = true;
        tree.not_recorded.insert(done.inode);
        return;
    default:
        return;
    }
}

std::string read_whole(const std::string& path)
{
    std::string bytes;
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    char piece[65536];
    for (ssize_t got = 0; fd >= 0 && (got = ::read(fd, piece, sizeof piece)) > 0;)
        bytes.append(piece, static_cast<std::size_t>(got));
    if (fd >= 0) ::close(fd);
    return bytes;
}

std::vector<std::pair<std::string, std::string>> attributes_at(const std::string& path)
{
    std::vector<std::pair<std::string, std::string>> found;
    char names[65536], value[65536];
    const auto size = ::llistxattr(path.c_str(), names, sizeof names);
    for (ssize_t at = 0; at < size;) {
        const std::string name(names + at);
        at += static_cast<ssize_t>(name.size()) + 1;
        const auto length = ::lgetxattr(path.c_str(), name.c_str(), value, sizeof value);
        if (length >= 0) found.emplace_back(name, std::string(value, static_cast<std::size_t>(length)));
    }
    std::ranges::sort(found);
    return found;
}

class Comparison {
public:
    explicit Comparison(const Tree& tree) : tree_(tree) {}

    std::vector<std::string> found;

    void inode(InodeId id, const std::string& path)
    {
        struct stat real {};
        if (::lstat(path.c_str(), &real) != 0) return say(path, "is not there");
        const auto attributes = tree_.attributes.find(id);
        if (attributes == tree_.attributes.end()) return say(path, "is an inode that no operation made");
        if (attributes->second.mode != real.st_mode)
            say(path, fmt::format("has mode {:o}, not {:o}", real.st_mode, attributes->second.mode));
        if (attributes->second.owner != real.st_uid || attributes->second.group != real.st_gid)
            say(path, "has another owner");
        if (!S_ISLNK(real.st_mode) && attributes->second.extended != attributes_at(path))
            say(path, "has other extended attributes");
        if (S_ISDIR(real.st_mode)) return directory(id, path);
        if (S_ISLNK(real.st_mode)) return link(id, path);
        if (!S_ISREG(real.st_mode) || !tree_.known_contents.contains(id) || tree_.not_recorded.contains(id)) return;
        content(id, path, static_cast<std::uint64_t>(real.st_size));
    }

private:
    void say(const std::string& path, const std::string& what) { found.push_back(path + " " + what); }

    void link(InodeId id, const std::string& path)
    {
        char target[4096];
        const auto size = ::readlink(path.c_str(), target, sizeof target);
        const auto link = tree_.links.find(id);
        if (link == tree_.links.end() ||
            link->second != std::string_view(target, static_cast<std::size_t>(std::max<ssize_t>(size, 0))))
            say(path, "leads elsewhere");
    }

    void content(InodeId id, const std::string& path, std::uint64_t size)
    {
        static const Content empty;
        const auto found_content = tree_.contents.find(id);
        const auto& content = found_content == tree_.contents.end() ? empty : found_content->second;
        if (content.size != size) return say(path, fmt::format("has {} bytes, not {}", size, content.size));
        constexpr std::uint64_t most = 64 << 20;
        if (size <= most) {
            auto real = read_whole(path);
            std::string expected(size, '\0');
            for (const auto& [number, page] : content.pages)
                if (number * Content::page < size)
                    expected.replace(number * Content::page,
                                     std::min<std::uint64_t>(Content::page, size - number * Content::page), page, 0,
                                     std::min<std::uint64_t>(Content::page, size - number * Content::page));
            if (real != expected) {
                const auto [at, other] = std::ranges::mismatch(real, expected);
                say(path, fmt::format("differs at byte {}", at - real.begin()));
            }
            return;
        }
        const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
        for (const auto& [number, page] : content.pages) { // a file of holes
            std::string real(Content::page, '\0');
            if (::pread(fd, real.data(), real.size(), static_cast<off_t>(number * Content::page)) >= 0 && real != page)
                say(path, fmt::format("differs in page {}", number));
        }
        ::close(fd);
    }

    void directory(InodeId id, const std::string& path)
    {
        std::set<std::string> real;
        const std::unique_ptr<DIR, int (*)(DIR*)> entries(::opendir(path.c_str()), ::closedir);
        while (const auto* const entry = entries ? ::readdir(entries.get()) : nullptr)
            if (std::strcmp(entry->d_name, ".") != 0 && std::strcmp(entry->d_name, "..") != 0)
                real.insert(entry->d_name);
        const auto below = [&](const std::string& name) { return path + "/" + name; };
        const auto own = tree_.directories.find(id);
        if (own != tree_.directories.end())
            for (const auto& [name, inode] : own->second) {
                if (real.erase(name) == 0)
                    say(below(name), "is not there");
                else
                    this->inode(inode, below(name));
            }
        for (const auto& name : real)
            say(below(name), "is there, and nothing made it");
    }

    const Tree& tree_;
};

constexpr const char* names[] = {"write",   "truncate",    "allocate",   "create",       "link",        "unlink",
                                 "rename",  "exchange",    "attributes", "sync",         "sync_data",   "sync_system",
                                 "release", "acknowledge", "end",        "not_recorded", "sync_failed", "reverted"};

} // namespace

std::vector<std::string> differences(const door::Recording& recording)
{
    Tree tree;
    for (const auto& inode : recording.inodes) {
        if (inode.id == InodeId::none || !inode.existed) continue;
        tree.attributes[inode.id] = inode.attributes;
        if (!inode.content_kept) continue;
        tree.known_contents.insert(inode.id);
        auto& content = tree.contents[inode.id];
        for (const auto& [offset, bytes] : inode.content)
            content.write(offset, recording.data(bytes));
        content.size = inode.size;
        if (S_ISLNK(inode.attributes.mode) && !inode.content.empty())
            tree.links[inode.id] = recording.data(inode.content[0].second);
    }
    for (const auto& entry : recording.entries)
        tree.directories[entry.at.directory][entry.at.name] = entry.inode;
    for (const auto& operation : recording.operations)
        apply(tree, recording, operation);
    Comparison comparison(tree);
    if (tree.nothing_is_sure) return {"something was not recorded"};
    for (const auto& root : recording.roots)
        comparison.inode(root.inode, root.path);
    return comparison.found;
}

std::vector<std::string> lines(const door::Recording& recording)
{
    std::vector<std::string> lines;
    const auto root = recording.roots.empty() ? "" : recording.roots[0].path + "/";
    const auto short_of = [&](const std::string& path) {
        return path.starts_with(root) ? path.substr(root.size()) : path;
    };
    std::map<InodeId, std::string> directories;
    for (const auto& each : recording.roots)
        directories[each.inode] = "";
    const auto name = [&](const door::Name& at) {
        if (at.directory == InodeId::none) return std::string("-");
        const auto& parent = directories[at.directory];
        return parent.empty() ? at.name : parent + "/" + at.name;
    };
    for (const auto& entry : recording.entries)
        if (S_ISDIR(recording.inodes[static_cast<std::size_t>(entry.inode)].attributes.mode))
            directories[entry.inode] = name(entry.at);
    for (const auto& done : recording.operations) {
        auto line = fmt::format("{} {}", names[static_cast<int>(done.did)], short_of(done.path));
        const auto text = done.bytes.size <= 64 ? std::string(recording.data(done.bytes))
                                                : fmt::format("({} bytes)", done.bytes.size);
        switch (done.did) {
        case Did::write:
        case Did::reverted:
            line += fmt::format(" {} +{} {}", done.offset, done.size, text);
            break;
        case Did::truncate:
            line += fmt::format(" {}", done.size);
            break;
        case Did::allocate:
            line += fmt::format(" {} +{} flags {}", done.offset, done.size, done.flags);
            break;
        case Did::create:
            line = fmt::format("create {} {:o}", name(done.to), done.attributes.mode);
            if (!text.empty()) line += " -> " + text;
            if (S_ISDIR(done.attributes.mode)) directories[done.inode] = name(done.to);
            break;
        case Did::link:
            line = fmt::format("link {}", name(done.to));
            break;
        case Did::unlink:
            line = fmt::format("unlink {}", name(done.from));
            break;
        case Did::rename:
        case Did::exchange:
            line = fmt::format("{} {} {}{}", names[static_cast<int>(done.did)], name(done.from), name(done.to),
                               done.replaced != InodeId::none && done.did == Did::rename ? " (over)" : "");
            if (directories.contains(done.inode)) directories[done.inode] = name(done.to);
            break;
        case Did::attributes:
            line += fmt::format(" {:o}", done.attributes.mode);
            for (const auto& [key, value] : done.attributes.extended)
                line += " " + key + "=" + (value.size() < 16 ? value : "…");
            break;
        case Did::acknowledge:
            line = "acknowledge " + text;
            break;
        case Did::end:
            line = fmt::format("end {}", done.value);
            break;
        case Did::not_recorded:
            line += " " + text;
            break;
        default:
            break;
        }
        if (done.synchronous) line += " sync";
        while (line.ends_with(' '))
            line.pop_back();
        std::string plain;
        for (const char byte : line)
            plain += byte >= ' ' && byte <= '~' ? std::string(1, byte)
                                                : fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
        lines.push_back(plain);
    }
    return lines;
}

} // namespace faultline::test
