#include "host.hpp"

int main()
{
    int eio = 0;
    for (int i = 0; i < 40; ++i) {
        IS(fsync(1), -1);
        eio += errno == EIO;
    }
    IS(eio, 33);
    return 0;
}
