# The kernel's door without privileges, where programs that have some lose them; inside another one, where the kernel
# refuses a second listener.
. "${0%/*}/lib.sh"
faultline run --door kernel -q -f 'write:errno=EIO,fd=99' -- "$FAULTLINE" run --door kernel -f 'write:errno=EIO' -- /bin/true
expect 125
says err 'there is a seccomp filter with a listener over this process already'
left_nothing
needs_nobody
echo hello >file
as_nobody run --door kernel -q -f 'openat,open:errno=EMFILE,path=**/file' -- /bin/cat file
expect 1
says err 'Too many open files'
[ ! -u /bin/su ] || {
    as_nobody run --door kernel -f 'open:errno=EMFILE,path=/nowhere' -- /bin/su -c true
    says err 'runs without the privileges that its file gives it (no_new_privs)'
}
left_nothing
