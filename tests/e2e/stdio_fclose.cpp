#include "host.hpp"

#include <dirent.h>
#include <malloc.h>

static void open_and_fail()
{
    FILE* stream = fopen("out", "w");
    const int fd = fileno(stream);
    fputs("x", stream);
    GIVES(fclose(stream), EOF, EIO);
    GIVES(fcntl(fd, F_GETFD), -1, EBADF);
    DIR* directory = opendir(".");
    GIVES(closedir(directory), -1, EIO);
    FILE* pipe = popen("exit 3", "r");
    GIVES(pclose(pipe), -1, ECHILD);
    GIVES(waitpid(-1, nullptr, 0), -1, ECHILD);
}

int main()
{
    open_and_fail();
    const size_t before = mallinfo2().uordblks;
    for (int i = 0; i < 20; ++i)
        open_and_fail();
    IS(mallinfo2().uordblks, before);
    const int fd = open("text", O_RDONLY);
    IS(fd, 3);
    return 0;
}
