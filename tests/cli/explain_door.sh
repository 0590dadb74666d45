# explain says of a plan what its functions become for the kernel's door: system calls, under which condition, or what to
# name in their place; and what that door refuses of it, or warns of.
. "${0%/*}/lib.sh"
cat >plan.toml <<'END'
[[fault]]
name = "files"
functions = ["open", "fopen", "send"]
type = "errno"
errno = "EIO"
END
faultline explain -c plan.toml -f 'getaddrinfo:errno=EAI_AGAIN' -f 'malloc,brk:errno=ENOMEM' -f 'pthread_mutex_lock:errno=EAGAIN' \
    -f 'clock_gettime:clock,offset=1h' /bin/true
expect 0
becomes() { grep -Eq "^$1 +$2\$" out || fail "no line '$1 $2'"; }
becomes open 'open, openat \(at AT_FDCWD\), openat2 \(at AT_FDCWD\)'
becomes send 'sendto \(without an address\)'
becomes fopen 'none: name open, read, write and close, which stdio calls'
becomes getaddrinfo 'none: name socket, connect, sendto, recvfrom with peer = "\*:53"'
becomes malloc 'none: name mmap or brk, which also the loader calls'
becomes pthread_mutex_lock 'none: threads wait for each other without the kernel, or by futex, whose errors are not these'
becomes clock_gettime 'none: the clock is read without the kernel \(vDSO\)'
says out "Warning: fault 'files' does not strike fopen: name open"
says out "Warning: fault 'malloc-errno' does not strike malloc"
says out "Refused: fault 'getaddrinfo-errno' cannot be had through the kernel's door"
! grep -Eq '^read ' out || fail 'a function that the plan does not name'
faultline explain --json -c plan.toml /bin/true
holds out 'sorted(d["plan"]["functions"]) == ["fopen", "open", "send"]' 'd["plan"]["refusals"] == []' \
    'len(d["plan"]["warnings"]) == 1' 'd["plan"]["functions"]["fopen"]["system_calls"] == []'
faultline explain --json /bin/true
holds out '"plan" not in d'
faultline explain -f 'open:errno=ENOTHING' /bin/true
expect 125
says err ENOTHING
left_nothing
