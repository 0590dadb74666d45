// The least that a preloaded library can do: look the real function up once, then call it. What it costs is what any
// interposer of this common kind costs.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>
#include <sys/types.h>

#define REAL(result, name, ...)                                                                                        \
    static result (*real)(__VA_ARGS__);                                                                                \
    if (real == NULL) real = (result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

ssize_t read(int fd, void* buffer, size_t size)
{
    REAL(ssize_t, read, int, void*, size_t);
    return real(fd, buffer, size);
}

ssize_t write(int fd, const void* buffer, size_t size)
{
    REAL(ssize_t, write, int, const void*, size_t);
    return real(fd, buffer, size);
}

// dlsym does not allocate where it finds what it looks for, so these do not recurse.
void* malloc(size_t size)
{
    REAL(void*, malloc, size_t);
    return real(size);
}

void free(void* pointer)
{
    REAL(void, free, void*);
    real(pointer);
}

void* calloc(size_t count, size_t size)
{
    REAL(void*, calloc, size_t, size_t);
    return real(count, size);
}

void* realloc(void* pointer, size_t size)
{
    REAL(void*, realloc, void*, size_t);
    return real(pointer, size);
}
