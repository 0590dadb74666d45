// expect: hang spin
#include "corpus.h"

#include <memory>
#include <new>

int main()
{
    std::unique_ptr<char[]> room;
    int tries = 0;
    while (!room) {
        room.reset(new (std::nothrow) char[64]);
#ifdef SOUND
        if (!room && ++tries == 3) return failed("new");
#endif
    }
    static_cast<void>(tries);
    strcpy(room.get(), "ready\n");
    return write_all(1, room.get(), 6) == 0 ? 0 : failed("write");
}
