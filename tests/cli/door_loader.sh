# What the dynamic loader calls is left alone, as a preload leaves it: a plan would end every program before it begins. With
# arm = "load" it is struck.
. "${0%/*}/lib.sh"
echo 'int main(void) { return 0; }' >main.c
program dynamic <main.c || fail "$(cat dynamic.log)"
faultline run --door kernel -o report.json -f 'open,openat,mmap,pread:errno=ENOMEM' -- ./dynamic
expect 0
holds report.json 'd["stats"]["calls_intercepted"] == 0'
cat >plan.toml <<'END'
arm = "load"
[[fault]]
name = "loader"
functions = ["open"]
type = "errno"
errno = "EMFILE"
path = "**/libc.so.6"
END
FAULT_STATS=$PWD/stats.%p.json
export FAULT_STATS
faultline run --door kernel -c plan.toml -- ./dynamic
expect 127
says err 'cannot open shared object file'
left_nothing
