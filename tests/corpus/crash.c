// expect: crash
#include "corpus.h"

int main(void)
{
    char* const name = malloc(64);
#ifdef SOUND
    if (name == NULL) return failed("malloc");
#endif
    strcpy(name, "ready\n");
    const int wrong = write_all(1, name, strlen(name));
    free(name);
    return wrong == 0 ? 0 : failed("write");
}
