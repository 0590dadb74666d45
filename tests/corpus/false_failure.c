// expect: false-failure
// The record is written, and then something that does not matter makes it report failure: it will be written again.
#include "corpus.h"

static char* prepare(void)
{
    char* const word = malloc(16);
    if (word != NULL) strcpy(word, "ready\n");
    return word;
}

int main(void)
{
    const int log = open("log.txt", O_WRONLY | O_CREAT | O_APPEND, 0644);
    if (log < 0) return failed("open log.txt");
#ifdef SOUND
    char* const word = prepare();
    if (word == NULL) return failed("malloc");
#endif
    if (write_all(log, "record\n", 7) != 0) return failed("write");
#ifndef SOUND
    char* const word = prepare();
    if (word == NULL) return failed("malloc");
#endif
    free(word);
    return 0;
}
