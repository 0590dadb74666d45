/* A program whose allocator has nothing left: what the library throws then inside has room all the same, each time. */
#include <faultline/faultline.h>

#include <stddef.h>
#include <stdio.h>

void* __libc_malloc(size_t);

static int starved = 0, refused = 0;
void* malloc(size_t bytes)
{
    if (!starved) return __libc_malloc(bytes);
    ++refused;
    return NULL;
}

int main(void)
{
    starved = 1;
    for (int i = 0; i < 100; ++i)
        if (faultline_new(1) != NULL) return 1;
    starved = 0;
    if (refused < 200) return 2; /* the object, and the exception that tells of it */
    faultline_injector* const injector = faultline_new(1);
    if (injector == NULL) return 3;
    faultline_free(injector);
    return 0;
}
