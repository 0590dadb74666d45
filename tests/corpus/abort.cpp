// expect: abort
// An exception leaves main.
#include "corpus.h"

#include <new>
#include <vector>

static int work()
{
    std::vector<char> bytes(64, 'x');
    bytes.back() = '\n';
    return write_all(1, bytes.data(), bytes.size()) == 0 ? 0 : failed("write");
}

int main()
{
#ifdef SOUND
    try {
        return work();
    } catch (const std::bad_alloc&) {
        return failed("allocation");
    }
#else
    return work();
#endif
}
