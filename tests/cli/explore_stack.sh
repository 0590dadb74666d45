# Crashes with one cause are one finding, wherever the memory came from that was missing: what counts is where the program
# itself stood, by name. Two mistakes in one function are two findings. With debug information file and line are told.
. "$(dirname "$0")/lib.sh"
needs_namespaces
mkdir empty 'other place'

program shop -g <<'END'
#include <stdlib.h>
#include <string.h>
__attribute__((noinline)) void fill(char* bytes)
{
    bytes[0] = 'x';
    __asm__ volatile("");
}
__attribute__((noinline)) void use(char* bytes)
{
    fill(bytes);
    __asm__ volatile("");
}
int main(void)
{
    char* const first = malloc(10);
    use(first);
    char* const second = calloc(1, 20);
    use(second);
    memset(malloc(30), 'y', 30);
    memset(malloc(40), 'z', 40);
    return 0;
}
END
line() { grep -n "$1" shop.c | head -1 | cut -d: -f1; }
mv shop 'other place'
faultline explore -q --jobs 1 --try oom -w empty -o found -- "$work/here/other place/shop"
expect 1
holds found/findings.json 'len(d["findings"]) == 3' \
    '[len(f["also"]) for f in d["findings"] if ":fill" in f["key"]] == [1]' \
    'sum(":main+" in f["key"] for f in d["findings"]) == 2' \
    'all(f["crash"]["program"].endswith("/other place/shop") for f in d["findings"])' \
    '[[(s["function"], s["file"].split("/")[-1], s["line"]) for s in f["crash"]["stack"][:3]] for f in d["findings"] if ":fill" in f["key"]] == [[("fill", "shop.c", '"$(line "bytes\[0\]")"'), ("use", "shop.c", '"$(line "fill(bytes);")"'), ("main", "shop.c", '"$(line "use(first)")"')]]' \
    'all(f["crash"]["stack"][0]["module"].endswith("/other place/shop") for f in d["findings"] if ":fill" in f["key"])'
grep -q "from main at shop.c:$(line 'first = malloc') (shop+0x[0-9a-f]*), killed in fill at shop.c:$(line 'bytes\[0\]') (shop+0x" out ||
    fail 'the places are not named'
grep -q "^  fill at .*/shop.c:$(line 'bytes\[0\]') (.*/other place/shop+0x" found/findings/*/stack || fail 'the stack has no line'

# A function that the compiler has put into another one is told by its own name, and the other one stands behind it.
program inlined -g <<'END'
#include <stdlib.h>
static inline __attribute__((always_inline)) void store(char* bytes)
{
    *(volatile char*)bytes = 'x';
}
static inline __attribute__((always_inline)) void order(char* bytes)
{
    store(bytes);
}
int main(void)
{
    order(malloc(10));
    return 0;
}
END
at() { grep -n "$1" inlined.c | head -1 | cut -d: -f1; }
faultline explore -q --try oom -w empty -o found -- "$work/here/inlined"
expect 1
holds found/findings.json '[[(s["function"], s["file"].split("/")[-1], s["line"]) for s in f["crash"]["stack"][:3]] for f in d["findings"]] == [[("store", "inlined.c", '"$(at volatile)"'), ("order", "inlined.c", '"$(at 'store(bytes)')"'), ("main", "inlined.c", '"$(at 'order(malloc')"')]]' \
    'all(f["key"].startswith("crash 11 at inlined:main+") for f in d["findings"])'
says out "killed in store at inlined.c:$(at volatile) (inlined+0x"

# An assertion's frames and abort's are libc's: the function that asserts tells the findings apart, and so do its callers.
program asserts <<'END'
#include <assert.h>
#include <stdlib.h>
__attribute__((noinline)) void need(const void* bytes)
{
    assert(bytes);
    __asm__ volatile("");
}
__attribute__((noinline)) void one(void) { need(malloc(10)); need(calloc(1, 10)); }
__attribute__((noinline)) void other(void) { need(malloc(20)); __asm__ volatile(""); }
int main(void)
{
    one();
    other();
    return 0;
}
END
faultline explore -q --try oom -w empty -o found --fail-on abort -- "$work/here/asserts"
expect 1
holds found/findings.json 'all("asserts:need+" in f["key"] for f in d["findings"])' \
    'sorted(f["key"].split(" < ")[1] for f in d["findings"] if f["class"] == "abort" and f["crash"]["stack"]) == ["asserts:one", "asserts:other"]'

# A signal that a program handles has killed nothing, even if another one kills it later.
program handled -g <<'END'
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
static sigjmp_buf back;
static void on_fault(int signal) { siglongjmp(back, signal); }
int main(void)
{
    signal(SIGSEGV, on_fault);
    if (sigsetjmp(back, 1) == 0) *(volatile int*)0 = 1;
    signal(SIGSEGV, SIG_DFL);
    if (malloc(10) == NULL) raise(SIGUSR1);
    return 0;
}
END
faultline explore -q --try oom -w empty -o found -- "$work/here/handled"
holds found/findings.json 'len(d["findings"]) == 1' '"crash" not in d["findings"][0]'
