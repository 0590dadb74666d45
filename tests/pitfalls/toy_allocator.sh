# P1: an allocator that makes our calls while it holds its own lock, preloaded before us and after us. A look-up of ours that
# allocated there, or took a lock, would wait for ever.
. "${0%/*}/../cli/lib.sh"
program toy.so -shared -fPIC -pthread <<'END2' || fail "cc: $(cat toy.so.log)"
#include <fcntl.h>
#include <pthread.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; // not recursive
static char* at;
static size_t room;
void* malloc(size_t size)
{
    struct timespec now;
    pthread_mutex_lock(&lock);
    clock_gettime(CLOCK_MONOTONIC, &now);
    close(open("/dev/null", O_RDONLY));
    size = (size + 31) / 16 * 16;
    if (room < size) {
        room = size + (1 << 20);
        at = mmap(0, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    }
    char* const result = at == MAP_FAILED ? 0 : at + 16;
    if (result) *(size_t*)(result - 16) = size - 16, at += size, room -= size;
    pthread_mutex_unlock(&lock);
    return result;
}
void free(void* old) { (void)old; }
void* calloc(size_t count, size_t size) { return malloc(count * size); } // fresh pages are zero
void* realloc(void* old, size_t size)
{
    void* const fresh = malloc(size);
    if (old && fresh) memcpy(fresh, old, ((size_t*)old)[-2] < size ? ((size_t*)old)[-2] : size);
    return fresh;
}
END2
printf '[[fault]]\nname = "f"\nfunctions = ["*", "!write"]\ntype = "delay"\ndelay = "1ns"\n[[fault]]
name = "w"\nfunctions = "write"\ntype = "errno"\nerrno = "EIO"\non = "1"\n' >plan.toml
program writer <<'END2' || fail "cc: $(cat writer.log)"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int main(int count, char** words)
{
    int failures = 0;
    for (int i = 1; i < count; ++i) {
        char* const word = strdup(words[i]);
        if (write(1, word, strlen(word)) < 0) {
            fprintf(stderr, "%s: %s\n", word, strerrorname_np(errno));
            ++failures;
        }
        free(word);
    }
    return failures;
}
END2
for order in "$PWD/toy.so:$LIB" "$LIB:$PWD/toy.so"; do
    for arm in load main; do
        { echo "arm = \"$arm\"" && cat plan.toml; } >"$arm.toml"
        status=0
        timeout 20 env LD_PRELOAD="$order" FAULT_CONFIG=$arm.toml FAULT_STATS=stats.json ./writer a b >out 2>err || status=$?
        expect 1
        is out b
        holds stats.json 'd["faults"]["w"]["triggered"] == 1'
        holds stats.json 'd["functions"]["open"]["calls"] > 0'
    done
done
