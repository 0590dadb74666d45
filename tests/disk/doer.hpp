// Does the operations of a recording once more, by system calls, in a directory of a real file system.
#pragma once

#include "door/recording.hpp"

#include <map>
#include <string>
#include <vector>

namespace faultline::test {

class Doer {
public:
    /// `directory` holds what was there before the run. The recording has one root, and has to live as long.
    Doer(const door::Recording& recording, std::string directory);
    ~Doer();
    Doer(const Doer&) = delete;
    Doer& operator=(const Doer&) = delete;

    /// Throws where it fails.
    void take(const door::Operation& operation);

private:
    [[nodiscard]] std::string path_of(door::InodeId inode) const;
    [[nodiscard]] std::string path_of(const door::Name& name) const;
    int open(door::InodeId inode);
    void hold(door::InodeId inode);
    void create(const door::Operation& operation);
    void change_attributes(const door::Operation& operation);
    void sync(const door::Operation& operation);
    void put(const door::Name& name, door::InodeId inode);

    const door::Recording& recording_;
    std::string directory_;
    std::map<std::pair<door::InodeId, std::string>, door::InodeId> names_;
    std::map<door::InodeId, int> open_; // as its writers have it, until the last of them closes
};

} // namespace faultline::test
