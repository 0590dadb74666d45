#include "host.hpp"

int main()
{
    const int file = open("data", O_RDWR | O_CREAT, 0600);
    char zeros[4096] = {};
    IS(raw(SYS_write, file, zeros, sizeof zeros), sizeof zeros);
    long places = 0;
    for (int round = 0; round < 20; ++round) {
        char bytes[4096];
        IS(pread(file, bytes, sizeof bytes, 0), sizeof bytes);
        int first = -1;
        int last = -1;
        int damaged = 0;
        for (int i = 0; i < 4096; ++i) {
            if (bytes[i] == 0) continue;
            if (first < 0) first = i;
            last = i;
            ++damaged;
        }
        IS(damaged, 16);
        IS(last - first, 15);
        IS(first >= 1024 && last < 2048, true);
        places |= 1L << (first % 60);
    }
    IS(__builtin_popcountl(places) > 3, true); // anywhere within the range
    return 0;
}
