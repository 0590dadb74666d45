#include "host.hpp"

int main(int argc, char** argv)
{
    IS(argc, 3);
    memset(argv[0], 'X', strlen(argv[0])); // as programs do that show what they are at in ps
    argv[1] = nullptr;                     // as git does
    argv[2] = (char*)1;
    const pid_t child = fork();
    GIVES(fsync(1), -1, EIO);
    if (child == 0) return 0;
    REAP(child);
    return 0;
}
