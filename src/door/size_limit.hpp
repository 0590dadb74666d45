// The caller's limit of a file's size (ulimit -f), for as long as we write for it.
#pragma once

#include <cstdint>
#include <sys/resource.h>
#include <sys/types.h>

namespace faultline::door {

class SizeLimit {
public:
    explicit SizeLimit(pid_t tid);
    ~SizeLimit();
    SizeLimit(const SizeLimit&) = delete;
    SizeLimit& operator=(const SizeLimit&) = delete;
    /// The kernel tells of it by a signal as well, which was meant for the caller: we ignore it.
    void tell(std::int64_t result) const;

private:
    pid_t tid_;
    bool limited_ = false;
    rlimit own_{};
};

} // namespace faultline::door
