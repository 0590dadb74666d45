// A real ext4 whose power can be cut.
#pragma once

#include "own_file_system.hpp"

#include <string>

namespace faultline::test {

class RealExt4 {
public:
    /// Why there can be none here; empty: there can. Moves the process into a mount namespace of its own, the first time.
    [[nodiscard]] static std::string obstacle();

    /// `options`: of the mount. Its journal is not committed unless somebody asks for it. Throws.
    explicit RealExt4(const std::string& options);

    [[nodiscard]] const std::string& directory() const { return on_.directory(); }
    /// Everything so far is on the disk.
    void sync() const;
    /// What is not on the disk is gone. No descriptor on it may be open when `mount` is asked for.
    void cut_power() const;
    /// Mounts it anew, as after a start: the journal is replayed.
    void mount_again() { on_.mount_again(); }
    /// From now on the disk takes no data for the first block of a file, which has been synced; what it had is lost.
    void break_first_block(int fd);
    void heal() const;

private:
    OwnFileSystem on_; // its filler takes the memory that a broken block would need
};

} // namespace faultline::test
