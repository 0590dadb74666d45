# What the kernel's door cannot do is refused by name, with the way out; what it leaves out beside other things is warned of.
. "${0%/*}/lib.sh"
refused() { # FAULT TEXT
    faultline run --door kernel -f "$1" -- /bin/true
    expect 125
    says err "cannot be had through the kernel's door"
    says err "$2"
}
refused 'fopen:errno=EIO' 'name open, read, write and close, which stdio calls'
refused 'malloc:errno=ENOMEM' 'name mmap or brk'
refused 'getaddrinfo:errno=EAI_AGAIN' 'peer = "*:53"'
refused 'pthread_mutex_lock:errno=EAGAIN' 'threads wait for each other without the kernel'
refused 'clock_gettime:clock,offset=1h' 'read the clock without the kernel'
refused 'fsync:errno=EIO,after_failure=revert' 'needs a recorder of the files (faultline powerloss)'
refused 'close:errno=EIO' 'it would have to act and fail'
faultline run --door kernel --seed 1 -f 'write,fwrite:errno=EIO' -- /bin/true
expect 0
says err "does not strike fwrite: name open, read, write and close, which stdio calls through the kernel's door"
faultline run --door window -f 'write:errno=EIO' -- /bin/true
expect 125
says err '--door window: it is preload, kernel or auto'
faultline list --door kernel open fopen
expect 0
grep -Eq '^open +open, openat \(at AT_FDCWD\), openat2 \(at AT_FDCWD\)$' out || fail 'no line on open'
grep -Eq '^fopen +none: name open' out || fail 'no line on fopen'
faultline list --door kernel --format json @sync
expect 0
holds out 'd["fsync"]["system_calls"] == [{"name": "fsync", "when": None}]' 'd["fsync"]["instead"] is None'
faultline list --door kernel --format json fflush unlink
holds out 'd["fflush"] == {"system_calls": [], "instead": "name open, read, write and close, which stdio calls"}' \
    'd["unlink"]["system_calls"][1] == {"name": "unlinkat", "when": "at AT_FDCWD without AT_REMOVEDIR"}'
left_nothing
