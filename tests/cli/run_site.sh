# Sites are the same in every run, whatever the address layout, so an event's id picks its call stack in the next run.
. "${0%/*}/lib.sh"

program host <<'END' || fail "cc: $(cat host.log)"
#include <unistd.h>
static int at_depth(int depth)
{
    int result = depth == 0 ? fsync(99) : at_depth(depth - 1);
    __asm__ volatile("" : "+r"(result));
    return result;
}
int main(void)
{
    for (int round = 0; round < 3; ++round)
        for (int depth = 0; depth < 4; ++depth)
            at_depth(depth);
    return 0;
}
END
sites() { python3 -c 'import json, sys
print(" ".join(e["site"] for e in json.load(open(sys.argv[1]))["processes"][0]["events"]))' "$1"; }

faultline run --report -o all.json -f 'fsync:EIO' -- ./host
all=$(sites all.json)
third=$(echo "$all" | cut -d' ' -f3)
[ "$(echo "$all" | wc -w)" = 12 ] || fail "not an event for each call: $all"
[ "$(echo "$all" | tr ' ' '\n' | sort -u | wc -l)" = 4 ] || fail "not a site for each depth: $all"
faultline run --report -o again.json -f 'fsync:EIO' -- ./host
[ "$(sites again.json)" = "$all" ] || fail "another run, other sites"
faultline run --report -o one.json -f "fsync:EIO,site=$third" -- ./host
[ "$(sites one.json)" = "$third $third $third" ] || fail "the selector took $(sites one.json)"
# The second call from each site, and from then on that site alone.
faultline run --report -o count.json -f 'fsync:EIO,on=2,count=site' -- ./host
[ "$(sites count.json | wc -w)" = 4 ] || fail "each site has a second call: $(sites count.json)"
faultline run --report -o sticky.json -f 'fsync:EIO,on=3,sticky=site' -- ./host
[ "$(sites sticky.json)" = "$third $third $third" ] || fail "stuck elsewhere: $(sites sticky.json)"

# A stack that looks the same is another one where another library lies.
plugs
faultline run --report -o plugs.json -f 'fsync:EIO' -- ./plugs
[ "$(sort -u out | wc -l)" = 1 ] || fail "they lie at different addresses: $(cat out)"
holds plugs.json "[e['caller'].split('+')[0] for e in d['processes'][0]['events']] == ['first.so', 'second.so'] * 2" \
    "len({e['site'] for e in d['processes'][0]['events']}) == 2"
first=$(sites plugs.json | cut -d' ' -f1)
faultline run --report -o plug.json -f "fsync:EIO,site=$first" -- ./plugs
[ "$(sites plug.json)" = "$first $first" ] || fail "the selector took $(sites plug.json)"
