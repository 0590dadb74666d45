# P26: beside a real allocator, before it and after it. A fault on read fires in both orders; one on malloc only where we
# come first, for the first library that defines malloc has it.
. "${0%/*}/../cli/lib.sh"
jemalloc=$(ldconfig -p | sed -n 's/.*libjemalloc\.so\.2 .*=> //p' | head -n 1)
[ -n "$jemalloc" ] || skip 'there is no jemalloc (Debian: libjemalloc2)'
program host -pthread <<'END2' || fail "cc: $(cat host.log)"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static void* work(void* unused)
{
    (void)unused;
    for (int i = 0; i < 1000; ++i) {
        char* const text = malloc(4000);
        if (text == 0) return "malloc";
        memset(text, 1, 4000);
        free(text);
    }
    return 0;
}
int main(void)
{
    char byte;
    pthread_t threads[4];
    void* result;
    for (int i = 0; i < 4; ++i) pthread_create(&threads[i], 0, work, 0);
    for (int i = 0; i < 4; ++i)
        if (pthread_join(threads[i], &result) != 0 || result != 0) return 3;
    void* const odd = malloc(12345);
    return (read(open("/dev/zero", O_RDONLY), &byte, 1) == -1 && errno == EIO) + (odd == 0 ? 10 : 0);
}
END2
both() { # ORDER STATUS
    status=0
    timeout 20 env LD_PRELOAD="$1" FAULT_CONFIG=plan.toml FAULT_STATS=stats.json ./host >out 2>err || status=$?
    expect "$2"
}
printf '[[fault]]\nname = "r"\nfunctions = "read"\ntype = "errno"\nerrno = "EIO"\npath = "/dev/zero"\n[[fault]]
name = "m"\nfunctions = "malloc"\ntype = "errno"\nsize = "12345"\n' >plan.toml
both "$LIB:$jemalloc" 11
both "$jemalloc:$LIB" 1
