#include "host.hpp"

static const char original[] = "0123456789abcdef";
static char bytes[16];

static int differing()
{
    int count = 0;
    for (int i = 0; i < 16; ++i)
        count += bytes[i] != original[i];
    return count;
}

static int first()
{
    int at = 0;
    while (at < 16 && bytes[at] == original[at])
        ++at;
    return at;
}

static void next(int size)
{
    memset(bytes, 0, sizeof bytes);
    lseek(0, 0, SEEK_SET);
    GIVES(read(0, bytes, 16), size, untouched);
    dprintf(1, "%d ", first()); // to be compared with the event's offset
}

int main()
{
    IS(dup2(open("data", O_RDONLY), 0), 0);
    next(16);
    IS(differing(), 1);
    IS(__builtin_popcount(bytes[first()] ^ original[first()]), 1);
    next(16);
    IS(differing(), 1);
    next(16);
    IS(differing(), 1);
    IS(bytes[first()], 0);
    next(16);
    IS(differing(), 1);
    IS(bytes[first()], original[first()] + 1);
    next(16);
    for (int i = 0; i < 16; ++i)
        IS(bytes[i], original[15 - i]);
    next(16);
    IS(differing(), 2);
    IS(bytes[first()] == original[first() + 1] && bytes[first() + 1] == original[first()], true);
    next(15);
    HOLDS(bytes, "0123456789abcde");
    return 0;
}
