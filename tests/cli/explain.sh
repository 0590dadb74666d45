# explain: what a dynamic program and its libraries import, as text and as JSON.
. "${0%/*}/lib.sh"
program sub.so -shared -fPIC <<'END' || fail "cc: $(cat sub.so.log)"
#include <sys/socket.h>
int connect_it(int fd) { return connect(fd, 0, 0); }
END
mv sub.so libsub.so
# shellcheck disable=SC2016 # it is for the loader
program host -L. -Wl,--no-as-needed -lsub '-Wl,-rpath,$ORIGIN' <<'END' || fail "cc: $(cat host.log)"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int connect_it(int fd);
int main(int count, char** words)
{
    free(0);
    return (int)write(1, words[0], strlen(words[0])) + (count > 9 ? connect_it(3) : 0);
}
END
faultline explain ./host
expect 0
is err ''
says out './host: preloading works'
says out 'Faults can strike, imported by host: 1 function'
says out '    write'
says out 'Imported by its libraries only: '
says out '    connect'
says out '  free: cannot fail, and an allocator must get back exactly what it gave'
says out "libsub.so => $PWD/libsub.so"
says_not out strlen
faultline explain --all ./host
says out strlen
faultline explain --format json ./host
cp out host.json
holds host.json 'd["preloading"] == "works"' 'd["covered"]["write"] == \
    {"family": "io", "symbols": ["write"], "importers": ["host"]}' \
    'd["covered"]["connect"]["importers"] == ["libsub.so"]' '"strlen" in d["others"]' '"connect_it" not in d["others"]' \
    '"free" in d["left_out"]' 'any(l["name"] == "libc.so.6" for l in d["libraries"])' 'd["missing"] == []'
# A link to it elsewhere: $ORIGIN is where the program really is.
mkdir bin
ln -s ../host bin/link
faultline explain bin/link
expect 0
says out "libsub.so => $PWD/libsub.so"
# What the loader would not find: the program does not start.
rm libsub.so
faultline explain ./host
expect 2
says out 'libsub.so, which host needs, is not found'
