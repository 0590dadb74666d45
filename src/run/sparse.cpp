#include "run/sparse.hpp"

#include "run/whole_file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

namespace faultline::run {

bool copy_with_holes(const std::string& from, const std::string& to)
{
    const int in = open_unnoticed(AT_FDCWD, from.c_str(), O_NOFOLLOW | O_NONBLOCK);
    const int out = in < 0 ? -1 : ::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    struct stat status {};
    bool copied = out >= 0 && ::fstat(in, &status) == 0 && ::ftruncate(out, status.st_size) == 0;
    if (copied)
        each_data(in, [&](off_t at, off_t end) {
            copied = copied && ::lseek(out, at, SEEK_SET) == at;
            while (copied && at < end) { // sendfile moves it
                const auto moved = ::sendfile(out, in, &at, static_cast<std::size_t>(end - at));
                copied = moved >= 0;
                if (moved == 0) break; // it became shorter meanwhile
            }
        });
    const int error = errno;
    for (const int fd : {in, out})
        if (fd >= 0) ::close(fd);
    errno = error;
    return copied;
}

} // namespace faultline::run
