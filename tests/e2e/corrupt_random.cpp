#include "host.hpp"

#include <sys/random.h>

int main()
{
    unsigned char bytes[64];
    GIVES(getrandom(bytes, sizeof bytes, 0), 64, untouched);
    for (int i = 16; i < 32; ++i)
        IS(bytes[i], 0);
    GIVES(getentropy(bytes, sizeof bytes), 0, untouched);
    for (int i = 16; i < 32; ++i)
        IS(bytes[i], 0);
    arc4random_buf(bytes, sizeof bytes);
    for (int i = 16; i < 32; ++i)
        IS(bytes[i], 0);
    int others = 0;
    for (int i = 0; i < 16; ++i)
        others += bytes[i] != 0;
    IS(others > 0, true); // 256^-16
    return 0;
}
