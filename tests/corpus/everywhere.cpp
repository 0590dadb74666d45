// expect: crash SIGSEGV
// Without memory for a large buffer the program takes a small one, which it does not look at.
#include "corpus.h"

#include <memory>
#include <new>

int main()
{
    const std::unique_ptr<char[]> large(new (std::nothrow) char[65536]);
    std::unique_ptr<char[]> small;
    if (!large) small.reset(new (std::nothrow) char[64]);
    char* const text = large ? large.get() : small.get();
#ifdef SOUND
    if (text == nullptr) return failed("new");
#endif
    strcpy(text, "ready\n");
    return write_all(1, text, strlen(text)) == 0 ? 0 : failed("write");
}
