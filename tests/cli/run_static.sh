# A static program has no loader, so nothing can be preloaded: refused, not run without its faults.
. "${0%/*}/lib.sh"
echo 'int main(void) { return 0; }' >main.c
program still -static <main.c || skip 'there is no static libc'
faultline run -f 'write:EIO' -- ./still
expect 125
says err 'faultline: ./still: it is statically linked: there is no loader that could preload libfaultline.so into it'
program pie -static-pie <main.c || exit 0
faultline run -f 'write:EIO' -- ./pie
expect 125
says err 'faultline: ./pie: it is statically linked'
