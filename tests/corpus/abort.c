// expect: abort
#include "corpus.h"
#undef NDEBUG
#include <assert.h>

int main(void)
{
    char* const name = malloc(64);
#ifndef SOUND
    assert(name != NULL);
#endif
    if (name == NULL) return failed("malloc");
    strcpy(name, "ready\n");
    const int wrong = write_all(1, name, strlen(name));
    free(name);
    return wrong == 0 ? 0 : failed("write");
}
