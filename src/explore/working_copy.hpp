// A worker's copy of the directory that its runs work in. Each run has to find it as the first one did; what a run has left
// alone stays where it is, so that a directory of a thousand files costs what the run did to it.
#pragma once

#include "explore/file_tree.hpp"

#include <map>
#include <string>
#include <vector>

namespace faultline::explore {

class WorkingCopy {
public:
    /// Of `original`, which never changes (empty: of an empty directory), in the directory `path`. What is in the way is
    /// moved to `aside`, a name that is free on the same file system and out of the runs' sight.
    WorkingCopy(std::string original, std::string path, std::string aside, TreeLimits limits);

    /// Makes it as it was: names and their order, contents, modes, owners, times of reading and writing. Returns why it
    /// could not.
    [[nodiscard]] std::string refresh();
    /// Adds what is in it to a tree, under "work".
    void read(Tree& tree);
    /// Something runs in it: what was read of it may no longer be so.
    void touched() { is_read_ = false; }

private:
    [[nodiscard]] std::string lay_out();
    [[nodiscard]] bool restore(const std::string& name);
    [[nodiscard]] bool rebuild(const std::string& name);
    [[nodiscard]] bool fill(const std::string& name, const std::string& from);
    [[nodiscard]] bool put_back(const std::string& name, const std::string& from);
    [[nodiscard]] bool unread(const std::string& name);
    [[nodiscard]] bool pin(const std::string& name);
    [[nodiscard]] bool is_there(const std::string& name) const;
    [[nodiscard]] bool is_intact(const std::string& name) const;
    [[nodiscard]] bool is_directory(const std::string& name) const { return pristine_.at(name).type == 'd'; }
    void note(const std::string& name);
    [[nodiscard]] std::string at(const std::string& name) const { return path_ + name; }

    std::string original_, path_, aside_;
    TreeLimits limits_;
    bool is_laid_out_ = false, is_read_ = false;
    // All by path below the copy, with a slash before it; the copy itself is "".
    Tree pristine_, seen_;
    Stamps laid_out_, seen_stamps_;
    std::map<std::string, std::vector<std::string>> order_; // of what a directory holds
    int set_aside_ = 0;                                     // directories, in `aside_`
};

} // namespace faultline::explore
