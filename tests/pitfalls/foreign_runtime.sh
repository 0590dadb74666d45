# P27: a program that brings other versions of what we are made of: its own fmt, toml++ and operator new, under the very
# names that ours have. Ours must be called for neither, and theirs by none of us.
. "${0%/*}/../cli/lib.sh"
inside=$(readelf -sW --dyn-syms "$LIB" | grep -cE 'UND .*(_Z|fmt|toml)') || :
[ "$inside" = 0 ] || fail "the library takes $inside C++ symbols from its host"
cat >host.cpp <<'END2'
#include <cstdio>
#include <cstdlib>
#include <fsync.h>
#include <new>
static bool ours = true;
[[noreturn]] static void stolen(const char* what) { std::fprintf(stderr, "stolen: %s\n", what); std::abort(); }
void* operator new(std::size_t size) { if (!ours) stolen("new"); return std::malloc(size); }
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }
extern "C" void vformat() __asm__("_ZN3fmt2v97vformatB5cxx11ENS0_17basic_string_viewIcEENS0_17basic_format_argsINS0_20basic_format_contextINS0_8appenderEcEEEE");
extern "C" void vformat() { stolen("fmt::vformat"); }
int main() { int* const one = new int(fsync_fails()); const int status = *one; delete one; return status; }
END2
cat >fsync.h <<'END2'
#include <cerrno>
#include <unistd.h>
inline int fsync_fails() { return fsync(1) == -1 && errno == EIO ? 0 : 1; }
END2
sed 's/static bool ours = true;/static bool ours;/; s/int main() {/& ours = true;/' host.cpp >late.cpp
c++ -std=c++17 -I. -O1 -rdynamic late.cpp -o host 2>host.log || fail "c++: $(cat host.log)"
cat >plan.toml <<'END2'
[[fault]]
name = "f"
functions = "fsync"
type = "errno"
errno = "EIO"
END2
LD_PRELOAD=$LIB FAULT_CONFIG=plan.toml FAULT_STATS=stats.json ./host >out 2>err || fail "status $?"
sed -i 's/fsync/wirte/' plan.toml # a mistake, for the sake of its message
status=0
LD_PRELOAD=$LIB FAULT_CONFIG=plan.toml ./host >out 2>err || status=$?
expect 125
says err "did you mean 'write'"
