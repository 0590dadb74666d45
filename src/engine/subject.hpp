// The process whose calls are judged. Mostly it is the one that we are in; for the kernel's door (src/door/) it is another
// one, and what the engine has to know of it is asked for there.
#pragma once

#include <cstdint>

namespace faultline::engine {

/// By default the process that we are in. Else `pidfd` stays open, and stays the caller's, for as long as this is used.
struct Subject {
    int pidfd = -1; // of another process
    int tid = 0;    // the thread of it that calls: its working directory is the one that counts

    [[nodiscard]] bool is_another() const noexcept { return pidfd >= 0; }
};

/// Of a call that another process makes, what its words do not tell. Who judges it finds out what the plan asks for.
struct Caller {
    std::uint32_t thread_sets = 0; // that the thread's name is in
    std::uint32_t caller_sets = 0; // that the code is in
    std::uint32_t site = 0;
};

/// A descriptor of the subject's as one of ours: the same number in our own process, a duplicate of another's, which is
/// given back with the object. Negative where there is none. After boot.
class OwnDescriptor {
public:
    OwnDescriptor(const Subject& subject, int fd) noexcept;
    ~OwnDescriptor();
    OwnDescriptor(const OwnDescriptor&) = delete;
    OwnDescriptor& operator=(const OwnDescriptor&) = delete;

    [[nodiscard]] int get() const noexcept { return fd_; }

private:
    int fd_;
    bool is_duplicate_;
};

} // namespace faultline::engine
