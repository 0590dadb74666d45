#include "power/tree.hpp"

#include <algorithm>
#include <sys/stat.h>

namespace faultline::power {

using door::Did, door::InodeId;

namespace {

std::uint64_t mixed(std::uint64_t value)
{
    // The finalizer of MurmurHash3: each bit of the result depends on each of the value's.
    value ^= value >> 33U;
    value *= 0xff51afd7ed558ccdULL;
    value ^= value >> 33U;
    value *= 0xc4ceb9fe1a85ec53ULL;
    return value ^ (value >> 33U);
}

std::uint64_t with(std::uint64_t digest, std::uint64_t value) { return mixed(digest * 31 + mixed(value)); }
std::uint64_t with(std::uint64_t digest, std::string_view text)
{
    return with(with(digest, std::hash<std::string_view>{}(text)), text.size());
}

std::size_t index(InodeId inode) { return static_cast<std::size_t>(inode); }

void put(File& file, std::uint64_t offset, std::uint64_t length, const char* bytes)
{
    auto& page = file.pages[offset / page_size];
    const auto fresh = page ? std::make_shared<Page>(*page) : std::make_shared<Page>();
    auto* const to = fresh->bytes.data() + offset % page_size;
    if (bytes != nullptr)
        std::copy_n(bytes, length, to);
    else
        std::fill_n(to, length, '\0');
    fresh->digest = std::hash<std::string_view>{}({fresh->bytes.data(), fresh->bytes.size()});
    page = fresh;
}

void resize(File& file, std::uint64_t size)
{
    if (size < file.size) {
        file.pages.erase(file.pages.lower_bound((size + page_size - 1) / page_size), file.pages.end());
        if (size % page_size != 0 && file.pages.contains(size / page_size))
            put(file, size, page_size - size % page_size, nullptr);
    }
    file.size = size;
}

bool holds_content(std::uint32_t mode) { return S_ISREG(mode) || S_ISLNK(mode); }

std::shared_ptr<const File> before(const door::Recording& recording, const door::Inode& inode)
{
    File file;
    file.attributes = inode.attributes;
    file.size = inode.size;
    file.content_known = inode.content_kept || !inode.existed || !holds_content(inode.attributes.mode);
    if (S_ISLNK(inode.attributes.mode) && !inode.content.empty())
        file.target = recording.data(inode.content.front().second);
    else
        for (const auto& [start, bytes] : inode.content) {
            auto offset = start;
            for (auto rest = recording.data(bytes); !rest.empty();) {
                const auto length = std::min<std::uint64_t>(page_size - offset % page_size, rest.size());
                put(file, offset, length, rest.data());
                offset += length;
                rest.remove_prefix(length);
            }
        }
    return std::make_shared<const File>(std::move(file));
}

} // namespace

std::uint64_t File::digest() const
{
    auto digest = with(attributes.mode, (std::uint64_t{attributes.owner} << 32U) | attributes.group);
    for (const auto& [name, value] : attributes.extended)
        digest = with(with(digest, name), value);
    if (S_ISDIR(attributes.mode)) return digest;
    digest = with(with(digest, size), target);
    static const std::uint64_t nothing = std::hash<std::string_view>{}({Page{}.bytes.data(), page_size});
    for (const auto& [number, page] : pages)
        if (number * page_size < size && page->digest != nothing) digest = with(with(digest, number), page->digest);
    return digest;
}

/// Puts micro-operations on a copy of what was before.
class Disks::Painter {
public:
    Painter(const Disks& disks) : disks_(disks), tree_(disks.before_), own_(tree_.files.size()) {}

    void put_all(const State& state)
    {
        const auto& micros = disks_.micros_;
        auto lost = state.lost.begin();
        for (std::uint32_t m = 0; m < micros.first[state.cut]; ++m) {
            if (lost != state.lost.end() && *lost == m)
                ++lost;
            else
                put_one(m);
        }
        for (const auto m : state.early)
            put_one(m);
        if (state.torn == never) return;
        const auto& micro = micros.all[state.torn];
        power::put(file(micro.inode), micro.offset + state.torn_from, state.torn_to - state.torn_from,
                   micro.bytes.data() + state.torn_from);
        // A torn part of the write in flight is of no use behind the file's end.
        if (micro.operation == state.cut)
            file(micro.inode).size = std::max(file(micro.inode).size, micro.offset + state.torn_to);
    }
    Tree take() { return std::move(tree_); }

private:
    File& file(InodeId inode)
    {
        const auto i = index(inode);
        if (!own_[i]) {
            own_[i] = std::make_shared<File>(*tree_.files[i]);
            tree_.files[i] = own_[i];
        }
        return *own_[i];
    }

    void put_one(std::uint32_t m)
    {
        const auto& micro = disks_.micros_.all[m];
        switch (micro.kind) {
        case Kind::data:
            return power::put(file(micro.inode), micro.offset, micro.length,
                              micro.makes_hole() ? nullptr : micro.bytes.data());
        case Kind::size:
            return resize(file(micro.inode), micro.size);
        case Kind::attributes: {
            auto& to = file(micro.inode).attributes;
            const auto type = to.mode & S_IFMT;
            to = *micro.attributes;
            if ((to.mode & S_IFMT) == 0) to.mode |= type;
            return;
        }
        case Kind::entries:
            for (std::size_t i = 0; i < micro.changes.size(); ++i)
                tree_.names[disks_.change_places_[m][i]] = micro.changes[i].inode;
            return;
        }
    }

    const Disks& disks_;
    Tree tree_;
    std::vector<std::shared_ptr<File>> own_; // those that no other tree shares
};

Disks::Disks(const door::Recording& recording, const MicroOperations& micros) : recording_(recording), micros_(micros)
{
    before_.files.resize(recording.inodes.size());
    fixed_.resize(recording.inodes.size());
    change_places_.resize(micros.all.size());
    const auto touch = [&](InodeId inode) {
        auto& file = before_.files.at(index(inode));
        if (inode != InodeId::none && !file) file = before(recording, recording.inodes[index(inode)]);
    };
    for (std::size_t m = 0; m < micros.all.size(); ++m) {
        const auto& micro = micros.all[m];
        if (micro.kind != Kind::entries) touch(micro.inode);
        for (const auto& change : micro.changes) {
            change_places_[m].push_back(place_of(change.at));
            if (change.inode != InodeId::none && !recording.inodes.at(index(change.inode)).existed) touch(change.inode);
        }
    }
    // What a thing was made as belongs to it and not to its name: there is no name without it.
    for (const auto& operation : recording.operations)
        if (operation.did == Did::create) {
            touch(operation.inode);
            File made = *before_.files[index(operation.inode)];
            made.attributes = operation.attributes;
            if (S_ISLNK(made.attributes.mode)) made.target = recording.data(operation.bytes);
            before_.files[index(operation.inode)] = std::make_shared<const File>(std::move(made));
        }
    for (const auto& root : recording.roots)
        fixed_.at(index(root.inode)) = true;
    for (const auto& entry : recording.entries) {
        const auto at = places_.find({entry.at.directory, entry.at.name});
        if (at != places_.end()) {
            before_.names[at->second] = entry.inode;
            // Of a socket, pipe or device there is nothing to keep, and when it is gone nothing else that tells what it was.
            const auto& inode = recording.inodes.at(index(entry.inode));
            if (inode.content_kept || !holds_content(inode.attributes.mode)) touch(entry.inode);
        } else {
            fixed_in_[entry.at.directory].push_back(&entry);
            fixed_.at(index(entry.inode)) = true;
        }
    }
}

std::size_t Disks::place_of(const door::Name& name)
{
    const auto [at, fresh] = places_.try_emplace({name.directory, name.name}, place_names_.size());
    if (fresh) {
        places_in_[name.directory].push_back(at->second);
        place_names_.push_back(name);
        before_.names.push_back(InodeId::none);
    }
    return at->second;
}

Tree Disks::tree(const State& state) const
{
    Painter painter(*this);
    painter.put_all(state);
    return painter.take();
}

std::uint64_t Disks::digest(const Tree& tree) const
{
    // By inode, how often it is named, and of a directory the place of its name.
    std::map<InodeId, std::size_t> names, above;
    for (std::size_t place = 0; place < tree.names.size(); ++place)
        if (tree.names[place] != InodeId::none) {
            ++names[tree.names[place]];
            above[tree.names[place]] = place;
        }
    const auto seen = [&](InodeId directory) {
        for (std::size_t depth = 0; depth < tree.files.size(); ++depth) {
            if (fixed_[index(directory)]) return true;
            const auto at = above.find(directory);
            if (at == above.end()) return false;
            directory = place_names_[at->second].directory;
        }
        return false; // directories in a ring
    };
    std::uint64_t sum = 0;
    for (std::size_t place = 0; place < tree.names.size(); ++place) {
        const auto inode = tree.names[place];
        if (inode == InodeId::none || !seen(place_names_[place].directory)) continue;
        auto one = with(with(static_cast<std::uint64_t>(place_names_[place].directory), place_names_[place].name), 1);
        const auto& file = tree.files[index(inode)];
        const bool by_itself = !file || !file->content_known || S_ISDIR(file->attributes.mode) || names[inode] > 1;
        if (by_itself) one = with(one, static_cast<std::uint64_t>(inode));
        if (file) one = with(one, file->digest());
        sum += one;
    }
    for (std::size_t i = 0; i < tree.files.size(); ++i) // what has a name that no operation changes
        if (tree.files[i] && !above.contains(static_cast<InodeId>(i)) && fixed_[i])
            sum += with(with(7, i), tree.files[i]->digest());
    return sum;
}

void Disks::visit(const Tree& tree, const std::function<void(const Met&)>& visit) const
{
    struct Waiting {
        std::size_t root;
        std::string path;
        InodeId inode;
    };
    std::vector<Waiting> queue;
    for (std::size_t root = 0; root < recording_.roots.size(); ++root)
        queue.push_back({root, "", recording_.roots[root].inode});
    for (std::size_t next = 0; next < queue.size(); ++next) {
        const auto here = queue[next];
        visit({here.root, here.path, here.inode, tree.files[index(here.inode)].get()});
        const auto add = [&](const door::Name& name, InodeId inode) {
            queue.push_back({here.root, here.path.empty() ? name.name : here.path + "/" + name.name, inode});
        };
        if (const auto fixed = fixed_in_.find(here.inode); fixed != fixed_in_.end())
            for (const auto* entry : fixed->second)
                add(entry->at, entry->inode);
        if (const auto places = places_in_.find(here.inode); places != places_in_.end())
            for (const auto place : places->second)
                if (tree.names[place] != InodeId::none) add(place_names_[place], tree.names[place]);
    }
}

void read_content(const File& file, const std::function<void(std::uint64_t offset, std::string_view)>& take)
{
    for (const auto& [number, page] : file.pages) {
        const auto at = number * page_size;
        if (at >= file.size) return;
        take(at, {page->bytes.data(), static_cast<std::size_t>(std::min(page_size, file.size - at))});
    }
}

} // namespace faultline::power
