# Libraries that are preloaded already stay so, and come after ours.
. "${0%/*}/lib.sh"
program other.so -shared -fPIC <<'END' || fail "cc: $(cat other.so.log)"
#include <stdio.h>
__attribute__((constructor)) static void begin(void) { fputs("[other]", stderr); }
END
writer
status=0
LD_PRELOAD="$PWD/other.so" "$FAULTLINE" run -f 'write:EIO,on=1' -- ./writer a >out 2>err || status=$?
expect 1
says err '[other]'
says err 'a: EIO'
# shellcheck disable=SC2016 # it is for the shell under test
LD_PRELOAD="$PWD/other.so" "$FAULTLINE" run -q -f 'write:EIO,on=99' -- sh -c 'echo $LD_PRELOAD' >out 2>err
is out "$(dirname "$(realpath "$LIB")")/libfaultline.so:$PWD/other.so"
# A program that is not struck is led to it by glibc's loader alone, and others stay as they are.
program static -static <<'END' || skip 'there is no static libc'
#include <stdio.h>
#include <stdlib.h>
int main(void) { return puts(getenv("LD_PRELOAD")) < 0; }
END
LD_PRELOAD="$PWD/other.so" "$FAULTLINE" run -q -f 'write:EIO,on=99' -- sh -c './static; exit 0' >out 2>err
is out "/\$LIB/../../../..$(dirname "$(realpath "$LIB")")/libfaultline.so:$PWD/other.so"
