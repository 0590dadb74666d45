// A library of the host's: its constructor runs before the faults are armed, its destructor after main.
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

extern "C" int library_failures;
int library_failures;

__attribute__((constructor)) static void begin()
{
    for (int i = 0; i < 3; ++i)
        library_failures += fsync(1) == -1 && errno == EIO;
    close(open("/dev/null", O_RDONLY));
}

__attribute__((destructor)) static void end()
{
    for (int i = 0; i < 4; ++i)
        fsync(1);
    close(open("/dev/null", O_RDONLY));
}
