# A program that defines a function of the table itself comes before every preloaded library: explain says so.
. "${0%/*}/lib.sh"
program own -rdynamic <<'END' || fail "cc: $(cat own.log)"
#include <unistd.h>
ssize_t write(int fd, const void* data, size_t size) { return fd + (data != 0) + (ssize_t)size; }
int main(void) { return close(9) + (int)write(1, "", 0); }
END
faultline explain ./own
grep -A1 'for it defines them itself:' out | grep -q '^  write$' || fail 'write is not named'
