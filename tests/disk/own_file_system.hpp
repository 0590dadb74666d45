// A file system of a test's own, on a loop device over a file in memory, mounted where only this process and its children see
// it. However the process ends, no mount and no memory of it is left: the kernel takes them back.
#pragma once

#include "loop_device.hpp"

#include <string>
#include <sys/types.h>

namespace faultline::test {

class OwnFileSystem {
public:
    /// Moves the process into a mount namespace of its own, the first time. Why that cannot be; empty: it is in one.
    [[nodiscard]] static std::string own_mounts();
    /// A directory that only this process sees, and that goes with it. Once it has its own mounts.
    [[nodiscard]] static std::string own_directory();

    /// `type` as mount has it, made by `mkfs`, of which the device is the last word. Throws std::runtime_error.
    OwnFileSystem(std::string type, const std::string& mkfs, off_t size, std::string options);
    ~OwnFileSystem();
    OwnFileSystem(const OwnFileSystem&) = delete;
    OwnFileSystem& operator=(const OwnFileSystem&) = delete;

    [[nodiscard]] const std::string& directory() const { return directory_; }
    /// The file that holds it, and another one that shares the memory that there is for both.
    [[nodiscard]] int image() const { return image_; }
    [[nodiscard]] int filler() const { return filler_; }
    void mount_again();

private:
    void mount() const;

    std::string type_, options_, directory_;
    LoopDevice loop_;
    int image_ = -1, filler_ = -1;
};

/// Throws what errno says.
[[noreturn]] void fail_with_errno(const std::string& what);

} // namespace faultline::test
