#include "host.hpp"

#include <dirent.h>
#include <sys/mman.h>

int main()
{
    const int fd = open("text", O_RDONLY);
    GIVES(close(fd), -1, EIO);
    GIVES(fcntl(fd, F_GETFD), -1, EBADF);
    FILE* stream = fopen("written", "w");
    const int number = fileno(stream);
    IS(fputs("flushed", stream) >= 0, true);
    GIVES(fclose(stream), EOF, EIO);
    GIVES(fcntl(number, F_GETFD), -1, EBADF);
    DIR* directory = opendir(".");
    const int third = dirfd(directory);
    GIVES(closedir(directory), -1, EIO);
    GIVES(fcntl(third, F_GETFD), -1, EBADF);
    void* page = mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    GIVES(munmap(page, 4096), -1, EIO);
    unsigned char resident;
    GIVES(mincore(page, 4096, &resident), -1, ENOMEM);
    return 0;
}
