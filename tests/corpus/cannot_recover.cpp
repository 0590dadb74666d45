// expect: cannot-recover
#include "corpus.h"

#include <memory>
#include <new>

struct Lock {
#ifdef SOUND
    int fd = open("lock", O_WRONLY | O_CREAT, 0644); // an old one is taken over
#else
    int fd = open("lock", O_WRONLY | O_CREAT | O_EXCL, 0644);
#endif
    [[nodiscard]] bool release() const
    {
        const bool removed = unlink("lock") == 0;
        return close(fd) == 0 && removed;
    }
};

int main()
{
    const Lock lock;
    if (lock.fd < 0) return failed("lock");
    const std::unique_ptr<char[]> room(new (std::nothrow) char[64]);
    if (!room) {
#ifdef SOUND
        static_cast<void>(lock.release());
#endif
        return failed("allocation");
    }
    if (!lock.release()) return failed("unlink");
    return write_all(1, "ready\n", 6) == 0 ? 0 : failed("write");
}
