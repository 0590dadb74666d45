#include "host.hpp"

#include <dlfcn.h>

int main(int, char** argv)
{
    for (int i = 0; i < 100; ++i) {
        void* library = dlopen(argv[1], RTLD_NOW);
        IS(library != nullptr, true);
        IS(dlclose(library), 0);
    }
    const int result = fsync(1);
    IS(result == -1 && errno == (getenv("LD_PRELOAD") != nullptr ? EIO : EINVAL), true);
    return 0;
}
