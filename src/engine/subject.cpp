#include "engine/subject.hpp"

#include "sys/syscalls.hpp"

namespace faultline::engine {

OwnDescriptor::OwnDescriptor(const Subject& subject, int fd) noexcept
    : fd_(subject.is_another() ? static_cast<int>(sys::call(SYS_pidfd_getfd, subject.pidfd, fd, 0)) : fd),
      is_duplicate_(subject.is_another() && fd_ >= 0)
{}

OwnDescriptor::~OwnDescriptor()
{
    if (is_duplicate_) sys::close(fd_);
}

} // namespace faultline::engine
