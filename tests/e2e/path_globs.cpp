#include "host.hpp"

int main()
{
    GIVES(access("a.log", F_OK), -1, EIO);
    GIVES(access("sub/b.log", F_OK), -1, EIO);
    GIVES(access("spared.log", F_OK), -1, ENOENT);
    GIVES(access("sub/spared.log", F_OK), -1, ENOENT);
    GIVES(access("a.txt", F_OK), -1, ENOENT);
    GIVES(unlink("x/one"), -1, EIO);
    GIVES(unlink("x/two/three"), -1, ENOENT); // * stays in its directory
    GIVES(rmdir("x/two/three"), -1, EIO);     // ** does not
    GIVES(rmdir("y/two"), -1, ENOENT);
    int ends[2];
    IS(pipe(ends), 0);
    GIVES(write(ends[1], "x", 1), 1, untouched); // a pipe has no path, not even for a "!"
    return 0;
}
