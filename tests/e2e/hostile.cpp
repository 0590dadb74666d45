#include "host.hpp"

#include <dirent.h>
#include <malloc.h>
#include <pthread.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static int state;

static void* waiter(void*)
{
    pthread_mutex_lock(&mutex);
    int wakes = 0;
    while (state == 0) {
        IS(pthread_cond_wait(&condition, &mutex), 0);
        IS(pthread_mutex_trylock(&mutex), EBUSY); // it is held again
        ++wakes;
    }
    pthread_mutex_unlock(&mutex);
    return (void*)(long)wakes;
}

static void order(char* names, DIR* directory)
{
    *names = '\0';
    while (const dirent* entry = readdir(directory))
        if (entry->d_name[0] != '.') strcat(names, entry->d_name);
    IS(errno, untouched); // the end of a directory is no error
}

int main()
{
    // realloc moves, and keeps what is in the block
    char* block = (char*)malloc(10);
    IS(block[0] == 0 && block[1] == 0 && block[2] == 0 && block[3] == 0, false); // garbage
    strcpy(block, "123456789");
    char* moved = (char*)realloc(block, 8);
    IS(moved == block, false);
    HOLDS(moved, "12345678");
    moved = (char*)realloc(moved, 1000);
    HOLDS(moved, "12345678");
    char* zeros = (char*)calloc(1, 100);
    for (int i = 0; i < 100; ++i)
        IS(zeros[i], 0);
    void* aligned = nullptr;
    IS(posix_memalign(&aligned, 64, 64), 0);
    IS(memcmp(aligned, zeros, 64) != 0, true);

    pthread_t thread;
    IS(pthread_create(&thread, nullptr, waiter, nullptr), 0);
    usleep(20000);
    pthread_mutex_lock(&mutex);
    state = 1;
    pthread_cond_broadcast(&condition);
    pthread_mutex_unlock(&mutex);
    void* wakes;
    IS(pthread_join(thread, &wakes), 0);
    IS((long)wakes >= 1, true);

    char first[32], second[32];
    DIR* directory = opendir("many");
    errno = untouched;
    order(first, directory);
    rewinddir(directory);
    errno = untouched;
    order(second, directory);
    IS(strlen(first), 9);
    IS(strcmp(first, "abcdefghi") == 0, false);
    IS(strcmp(first, second) == 0, false); // each listing has an order of its own
    rewinddir(directory);
    const long start = telldir(directory); // of the real listing: nothing is shuffled yet
    seekdir(directory, start);
    const dirent* entry = readdir(directory);
    const long place = telldir(directory);
    char next[256];
    entry = readdir(directory);
    strcpy(next, entry->d_name);
    seekdir(directory, place);
    IS(strcmp(readdir(directory)->d_name, next), 0);
    IS(closedir(directory), 0);
    return 0;
}
