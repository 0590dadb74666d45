#include "door/size_limit.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <sys/syscall.h>
#include <unistd.h>

namespace faultline::door {

SizeLimit::SizeLimit(pid_t tid) : tid_(tid)
{
    rlimit limit{};
    limited_ = ::prlimit(tid, RLIMIT_FSIZE, nullptr, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
    if (!limited_) return;
    ::getrlimit(RLIMIT_FSIZE, &own_);
    const rlimit now{std::min(limit.rlim_cur, own_.rlim_max), own_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &now);
}

SizeLimit::~SizeLimit()
{
    if (limited_) ::setrlimit(RLIMIT_FSIZE, &own_);
}

void SizeLimit::tell(std::int64_t result) const
{
    if (limited_ && result == -EFBIG) ::syscall(SYS_tkill, tid_, SIGXFSZ);
}

} // namespace faultline::door
