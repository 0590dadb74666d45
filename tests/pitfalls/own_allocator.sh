# P36: a program with an allocator of its own, even half of one. Its malloc is never ours, the rest goes where it would
# have gone, and no block meets the wrong free.
. "${0%/*}/../cli/lib.sh"
program host -rdynamic <<'END2' || fail "cc: $(cat host.log)"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
void* __libc_malloc(size_t);
void __libc_free(void*);
static volatile int mallocs, frees;
void* malloc(size_t size) { return ++mallocs, __libc_malloc(size); }
void free(void* block) { ++frees; __libc_free(block); }
int main(void)
{
    const int before = mallocs;
    char* const copy = strdup("text");
    void* aligned = 0;
    if (copy == 0 || mallocs == before) return 2;
    free(copy);
    if (posix_memalign(&aligned, 64, 100) != ENOMEM) return 3; // libc's, so it is struck
    free(calloc(3, 5));
    return 0;
}
END2
printf '[[fault]]\nname = "m"\nfunctions = ["malloc", "posix_memalign"]\ntype = "errno"\n' >plan.toml
LD_PRELOAD=$LIB FAULT_CONFIG=plan.toml FAULT_STATS=stats.json ./host >out 2>err || fail "status $?"
holds stats.json '"malloc" not in d["functions"]' 'd["functions"]["posix_memalign"] == {"calls": 1, "faults": 1}'
