// A block device over a file, for file systems that a test makes and breaks.
#pragma once

#include <string>

namespace faultline::test {

class LoopDevice {
public:
    LoopDevice() = default;
    LoopDevice(const LoopDevice&) = delete;
    LoopDevice& operator=(const LoopDevice&) = delete;
    /// Gives it back; a device that was not there before is gone after. It must be mounted no more.
    ~LoopDevice();

    /// Takes a free one. The kernel frees it by itself if this process is killed. Throws std::runtime_error.
    void take(int image);
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
    int number_ = -1, fd_ = -1;
    bool is_new_ = false;
};

} // namespace faultline::test
