# explain: programs into which nothing can be preloaded (2), into which it helps in part (1), and none at all.
. "${0%/*}/lib.sh"
faultline explain ./nothing
expect 127
is err 'faultline: ./nothing: No such file or directory'
touch plain
faultline explain ./plain
expect 126
faultline explain
expect 125

program calls <<'END' || fail "cc: $(cat calls.log)"
#include <sys/syscall.h>
#include <unistd.h>
int main(void) { return (int)syscall(SYS_getpid) == 0; }
END
faultline explain ./calls
expect 1
says out "./calls: preloading works in part"
says out 'a fault on the function of that name (read, statx, getrandom …) strikes them'

# liburing, here a library of that name: what goes through its rings no fault strikes. And libraries to come.
program liburing.so -shared -fPIC <<'END' || fail "cc: $(cat liburing.so.log)"
int io_uring_queue_init(unsigned entries, void* ring, unsigned flags) { return ring == 0 || flags > entries; }
END
program rings -ldl ./liburing.so <<'END' || fail "cc: $(cat rings.log)"
#include <dlfcn.h>
#include <stdlib.h>
int io_uring_queue_init(unsigned entries, void* ring, unsigned flags);
int main(void) { return dlopen("none.so", RTLD_LAZY) == 0 && io_uring_queue_init(8, malloc(1000), 0); }
END
faultline explain ./rings
expect 1
says out './rings does input and output through io_uring (liburing), past libc: no fault strikes that.'
says out 'those that are loaded with RTLD_DEEPBIND or by dlmopen are not struck, and the record names them.'


# A program for another processor, with another loader: two bytes of the header, and a string.
cp calls foreign
printf '\363\000' | dd of=foreign bs=1 seek=18 conv=notrunc 2>/dev/null
faultline explain ./foreign
expect 2
says out 'It is a program for another processor (riscv).'
sed 's|/lib64/ld-linux-x86-64.so.2|/lib/ld-musl-x86_64.so.1\x00\x00\x00|; s|/lib/ld-linux-aarch64.so.1|/lib/ld-musl-aarch64.so.1\x00|' \
    calls >musl
chmod +x musl
faultline explain ./musl
expect 2
says out 'It runs on musl libc'
faultline explain --format json ./musl
cp out musl.json
holds musl.json 'd["preloading"] == "no" and d["obstacle"] == "libc"' 'd["covered"] == {}'

# Go's programs can be told by a section.
printf 'x' >note
if command -v objcopy >/dev/null; then
    objcopy --add-section .note.go.buildid=note calls go
    faultline explain ./go
    expect 1
    says out 'go is a Go program, and Go makes its system calls itself'
fi

program still -static <calls.c || exit 0 # there is no static libc
faultline explain ./still
expect 2
says out './still: preloading does not work'
says out 'It is statically linked'
says out 'Link it dynamically'
