// The files of a state, in memory: what a run touched below the roots, with pages that all states share.
#pragma once

#include "power/states.hpp"

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace faultline::power {

struct Page {
    std::array<char, page_size> bytes{};
    std::uint64_t digest = 0;
};

struct File {
    door::Attributes attributes;
    std::uint64_t size = 0;
    std::map<std::uint64_t, std::shared_ptr<const Page>> pages; // those that are not all NULs
    std::string target;                                         // of a symbolic link
    bool content_known = true;                                  // false: what the run never changed; it is where it was

    [[nodiscard]] std::uint64_t digest() const;
};

/// Of one state. Only Disks can read it.
struct Tree {
    std::vector<std::shared_ptr<const File>> files; // by inode; null: not touched
    std::vector<door::InodeId> names;               // by place
};

/// What a visit of a tree meets.
struct Met {
    std::size_t root;
    const std::string& path; // below the root; empty: the root itself
    door::InodeId inode;
    const File* file; // nullptr: no operation touched it
};

/// Makes trees of the states of a recording, which has to live as long.
class Disks {
public:
    Disks(const door::Recording& recording, const MicroOperations& micros);

    [[nodiscard]] Tree tree(const State& state) const;
    /// The same for trees that a program could not tell apart. Times do not count.
    [[nodiscard]] std::uint64_t digest(const Tree& tree) const;
    /// Directories come before what is in them.
    void visit(const Tree& tree, const std::function<void(const Met&)>& visit) const;
    [[nodiscard]] const door::Recording& recording() const { return recording_; }

private:
    class Painter;
    [[nodiscard]] std::size_t place_of(const door::Name& name);

    const door::Recording& recording_;
    const MicroOperations& micros_;
    std::map<std::pair<door::InodeId, std::string>, std::size_t> places_;
    std::vector<door::Name> place_names_;
    std::map<door::InodeId, std::vector<std::size_t>> places_in_;
    std::map<door::InodeId, std::vector<const door::Entry*>> fixed_in_; // entries that no operation changes
    std::vector<bool> fixed_;                             // by inode: a directory with such an entry, or a root
    std::vector<std::vector<std::size_t>> change_places_; // by micro-operation
    Tree before_;
};

/// The pages of a file's content, in order; what lies between them and its size are NULs.
void read_content(const File& file, const std::function<void(std::uint64_t offset, std::string_view)>& take);

} // namespace faultline::power
