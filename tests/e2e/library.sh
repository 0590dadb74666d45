#!/bin/sh
# What the library looks like from outside:  library.sh LIBRARY EXPORTS
# It exports exactly the table and the C interface, unversioned; it brings no library into a host that libc does not bring; its thread-local
# storage fits into what the loader keeps for libraries that come late; it is bound at load and never unloaded.
library=$1 exports=$2
failed=0
wrong() { echo "$*"; failed=1; }

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
nm -D --defined-only "$library" | awk '{ print $NF }' | sort > "$work/exported"
"$exports" | sed -n 's/^ *\([A-Za-z0-9_]*\);$/\1/p' | sort > "$work/table"
test -s "$work/table" || wrong "the list is empty"
cmp -s "$work/exported" "$work/table" || wrong "exported and listed symbols differ: $(diff "$work/exported" "$work/table" | head -20)"
grep -q @ "$work/exported" && wrong "a symbol has a version: $(grep @ "$work/exported" | head -3)"
readelf -VW "$library" | grep -q 'Version definition section' && wrong "it defines versions"

for needed in $(readelf -dW "$library" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
    case $needed in
    libc.so.6 | ld-linux-*.so.* | libm.so.6 | libgcc_s.so.1) ;;
    *) wrong "it needs $needed" ;;
    esac
done
size=$(readelf -lW "$library" | awk '$1 == "TLS" { print $6 }')
test $((${size:-0})) -le 256 || wrong "its thread-local storage takes $size bytes"
readelf -dW "$library" | grep -q 'STATIC_TLS' || test -z "$size" || wrong "its thread-local storage is not initial-exec"
readelf -dW "$library" | grep -q 'FLAGS_1.*NOW.*NODELETE' || wrong "it is not bound at load, or may be unloaded"
readelf -dW "$library" | grep -q INITFIRST && wrong "it wants to be the first, which only one library can be"
for name in free vfork clone dlsym setjmp longjmp; do
    grep -qx $name "$work/exported" && wrong "it exports $name, which cannot be intercepted without harm"
done
nm -D -u "$library" | grep -q '__cxa_thread_atexit' && wrong "it destroys something at a thread's end"
case $(uname -m) in
x86_64) objdump -d --disassemble=read "$library" | grep -q endbr64 || wrong "its symbols are no targets for indirect jumps (IBT)" ;;
esac
readelf -dW "$library" | grep -q TEXTREL && wrong "it has relocations in its code"
readelf -lW "$library" | grep GNU_STACK | grep -q E && wrong "it wants an executable stack"
exit $failed
