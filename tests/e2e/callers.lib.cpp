#include <unistd.h>

// Not inlined, and no tail calls: each of them is a frame of its own.
#define A_FRAME_OF_ITS_OWN(name, called)                                                                               \
    __attribute__((noinline)) int name(int fd)                                                                         \
    {                                                                                                                  \
        int result = called(fd);                                                                                       \
        asm volatile("" : "+r"(result));                                                                               \
        return result;                                                                                                 \
    }

static A_FRAME_OF_ITS_OWN(hidden_sync, fsync);
extern "C" A_FRAME_OF_ITS_OWN(sync_hidden, hidden_sync);
extern "C" A_FRAME_OF_ITS_OWN(sync_here, fsync);
