# P26: another interposer of the same function, before us and after us. Each sees the call; the one that comes first sees what
# the other makes of it.
. "${0%/*}/../cli/lib.sh"
program other.so -shared -fPIC <<'END2' || fail "cc: $(cat other.so.log)"
#include <dlfcn.h>
#include <string.h>
#include "raw.h"
#include <unistd.h>
ssize_t write(int fd, const void* bytes, size_t count)
{
    ssize_t (*next)(int, const void*, size_t) = (ssize_t(*)(int, const void*, size_t))dlsym(RTLD_NEXT, "write");
    const ssize_t result = next(fd, bytes, count);
    raw_words(SYS_write, 1, (long)(result < 0 ? "-" : "+"), 1, 0, 0, 0);
    return result;
}
END2
printf '[[fault]]\nname = "f"\nfunctions = "write"\ntype = "errno"\nerrno = "EIO"\non = "2"\n' >plan.toml
writer
for order in "$PWD/other.so:$LIB=a+-" "$LIB:$PWD/other.so=a+"; do
    status=0
    LD_PRELOAD=${order%=*} FAULT_CONFIG=plan.toml FAULT_STATS=stats.json ./writer a b >out 2>err || status=$?
    expect 1
    is out "${order##*=}"
    holds stats.json 'd["functions"]["write"] == {"calls": 2, "faults": 1}'
done
