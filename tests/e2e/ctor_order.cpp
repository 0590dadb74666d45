#include "host.hpp"

extern "C" int library_failures;

static void last() { fsync(1); }
__attribute__((constructor)) static void own_constructor() { fsync(1); }

int main()
{
    IS(library_failures, 0);
    atexit(last);
    GIVES(fsync(1), -1, EIO);
    GIVES(fsync(1), -1, EIO);
    return 0;
}
