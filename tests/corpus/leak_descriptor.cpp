// expect: leak descriptors
// The wrapper comes too late: an exception on the way leaves what was opened.
#include "corpus.h"

#include <memory>
#include <new>

struct Closer {
    int fd;
    ~Closer() { close(fd); }
};

static void configure()
{
    const int fd = open("in.txt", O_RDONLY);
    if (fd < 0) return;
#ifdef SOUND
    const Closer closer{fd};
#endif
    const std::unique_ptr<char[]> room(new char[64]);
    static_cast<void>(read_all(fd, room.get(), 64));
#ifndef SOUND
    const Closer closer{fd};
#endif
}

int main()
{
    try {
        configure();
    } catch (const std::bad_alloc&) { // what is optional may be missing
    }
    return write_all(1, "ready\n", 6) == 0 ? 0 : failed("write");
}
