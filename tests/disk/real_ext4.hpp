// A real ext4 whose power can be cut: on a loop device over a file in memory, mounted where only this process sees it. However
// the process ends, no mount and no memory of it is left: the kernel takes them back.
#pragma once

#include "loop_device.hpp"

#include <string>

namespace faultline::test {

class RealExt4 {
public:
    /// Why there can be none here; empty: there can. Moves the process into a mount namespace of its own, the first time.
    [[nodiscard]] static std::string obstacle();
    /// A directory that only this process sees, and that goes with it. Where there is no obstacle.
    [[nodiscard]] static std::string own_directory();

    /// `options`: of the mount. Its journal is not committed unless somebody asks for it. Throws.
    explicit RealExt4(const std::string& options);
    ~RealExt4();
    RealExt4(const RealExt4&) = delete;
    RealExt4& operator=(const RealExt4&) = delete;

    [[nodiscard]] const std::string& directory() const { return directory_; }
    /// Everything so far is on the disk.
    void sync() const;
    /// What is not on the disk is gone. No descriptor on it may be open when `mount` is asked for.
    void cut_power() const;
    /// Mounts it anew, as after a start: the journal is replayed.
    void mount_again();
    /// From now on the disk takes no data for the first block of a file, which has been synced; what it had is lost.
    void break_first_block(int fd);
    void heal() const;

private:
    void mount() const;

    std::string options_, directory_;
    LoopDevice loop_;
    int image_ = -1;
    int filler_ = -1; // takes the memory that a broken block would need
};

} // namespace faultline::test
