#include "host.hpp"

int main(int count, char** arguments)
{
    GIVES(fsync(99), -1, count > 1 ? EIO : EBADF);
    if (count > 1) return 0;
    symlink("/proc/self/exe", "renamed"); // the name it is called by counts, as well as its file's
    if (fork() == 0) execl(arguments[0], "renamed", "again", nullptr);
    int status = 0;
    IS(wait(&status) > 0 && status == 0, true);
    return 0;
}
