// expect: mute-fail
#include "corpus.h"

#include <new>
#include <vector>

int main()
try {
    const std::vector<char> bytes(64, '\n');
    return write_all(1, bytes.data(), bytes.size()) == 0 ? 0 : failed("write");
} catch (const std::bad_alloc&) {
#ifdef SOUND
    return failed("allocation");
#else
    return 1;
#endif
}
