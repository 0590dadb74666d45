// expect: crash
// The pointer that nothrow new gives is not looked at.
#include "corpus.h"

#include <memory>
#include <new>

struct Name {
    char text[64] = "ready\n";
};

int main()
{
    const std::unique_ptr<Name> name(new (std::nothrow) Name);
#ifdef SOUND
    if (!name) return failed("new");
#endif
    name->text[0] = 'R';
    return write_all(1, name->text, strlen(name->text)) == 0 ? 0 : failed("write");
}
