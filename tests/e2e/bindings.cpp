#include "host.hpp"

#include <dlfcn.h>

int main()
{
    using Fsync = int (*)(int);
    const auto through = [](void* handle, const char* name) { return reinterpret_cast<Fsync>(dlsym(handle, name)); };
    GIVES(fsync(-5), -1, EIO);
    GIVES(through(RTLD_DEFAULT, "fsync")(-5), -1, EIO);
    GIVES(through(dlopen(nullptr, RTLD_NOW), "fsync")(-5), -1, EIO);
    GIVES(through(dlopen("./plugin.so", RTLD_NOW | RTLD_LOCAL), "plugin")(-5), -1, EIO);
    GIVES(through(dlopen("./deep.so", RTLD_NOW | RTLD_DEEPBIND), "plugin")(-5), -1, EBADF);
    GIVES(through(dlopen("libc.so.6", RTLD_NOW), "fsync")(-5), -1, EBADF);
    errno = untouched; // the other namespace's libc has an errno of its own
    IS(through(dlmopen(LM_ID_NEWLM, "./plugin.so", RTLD_NOW), "plugin")(-5), -1);
    IS(errno, untouched);
    return 0;
}
