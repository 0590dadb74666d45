# Under --trace every call that can fail is recorded, by function, site and thread, with its stack; whole trees of
# processes; with faults or without. No site depends on the address layout or on how the library was built.
. "$(dirname "$0")/lib.sh"
program made -O0 -pthread <<'END'
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
static void look(const char* path)
{
    const int fd = open(path, O_RDONLY);
    if (fd >= 0) close(fd);
}
static void* work(void* path)
{
    look(path);
    return NULL;
}
int main(void)
{
    pthread_t thread;
    for (int i = 0; i < 3; ++i)
        look("/dev/null");
    look("/");
    pthread_create(&thread, NULL, work, "/");
    pthread_join(thread, NULL);
    if (fork() == 0) {
        look("/dev/null");
        _exit(0);
    }
    wait(NULL);
    return 0;
}
END
faultline run --trace -o r.json -- ./made
expect 0
says err 'FUNCTION'
says err 'SITES'
grep -q '^  open  *6  *4$' err || fail "6 calls of open from 4 sites"
holds r.json \
    'len(d["processes"]) == 2' \
    '[(s["calls"], s["first"], s["thread"]) for s in d["processes"][0]["sites"] if s["function"] == "open"] == [(3, 1, "0"), (1, 4, "0"), (1, 5, "0.1")]' \
    '[(s["calls"], s["thread"]) for s in d["processes"][1]["sites"] if s["function"] == "open"] == [(1, "0.2")]' \
    'd["processes"][0]["sites"][0]["function"] == "open"' \
    'all(s["stack"][0].split("+")[0].endswith("/made") for p in d["processes"] for s in p["sites"] if s["function"] in ("open", "close"))' \
    'not any("libfaultline" in f for p in d["processes"] for s in p["sites"] for f in s["stack"])' \
    'd["processes"][0]["sites"][0]["stack"][1] == [s for s in d["processes"][0]["sites"] if s["function"] == "close"][0]["stack"][1]'
cp r.json first.json
faultline run --trace -o r.json -- ./made
python3 - <<'END' || fail "sites differ from run to run"
import json
# Threads race for the order of first appearance; within one it is the program's own.
sites = lambda f: [sorted((s["thread"], s["function"], s["site"]) for s in p["sites"]) for p in json.load(open(f))["processes"]]
assert sites("first.json") == sites("r.json")
END

# A site of the trace is what the selector takes, and a struck call is traced like any other.
site=$(python3 -c 'import json; print(json.load(open("first.json"))["processes"][0]["sites"][0]["site"])')
faultline run --trace -f "open:ENFILE,site=$site" -o r.json -- ./made
expect 0
holds r.json 'd["faults"]["open-errno"]["triggered"] == 3' \
    '[s["calls"] for s in d["processes"][0]["sites"] if s["function"] == "open"] == [3, 1, 1]'

# A plan may ask for it, without any fault; and a ledger that is left as the record says the same.
printf 'trace = true\n[stats]\nfile = "left.json"\nrender = false\n' >plan.toml
LD_PRELOAD=$LIB FAULT_CONFIG=plan.toml ./made
[ ! -e left.json ] || fail 'a statistics file was written though the plan says that none is to be'
faultline report --format json left.json.live
expect 0
holds out '[s["calls"] for s in d["processes"][0]["sites"] if s["function"] == "open"] == [3, 1, 1]'
left_nothing
