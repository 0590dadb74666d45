// expect: hang blocked
// It waits for the word of a thread that was never started.
#include "corpus.h"
#include <pthread.h>

static int ends[2];

static void* speak(void* unused)
{
    (void)unused;
    const char word = write_all(ends[1], "x", 1) == 0 ? 'x' : 0;
    if (word == 0) close(ends[1]); /* the reader sees the end */
    return NULL;
}

int main(void)
{
    char word = 0;
    pthread_t thread;
    if (pipe(ends) != 0) return failed("pipe");
    const int wrong = pthread_create(&thread, NULL, speak, NULL);
#ifdef SOUND
    if (wrong != 0) return failed("pthread_create");
#endif
    if (read_all(ends[0], &word, 1) != 1) return failed("read");
    if (wrong == 0) pthread_join(thread, NULL);
    return write_all(1, "ready\n", 6) == 0 ? 0 : failed("write");
}
