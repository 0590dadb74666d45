#include "host.hpp"

int main()
{
    char byte;
    for (int i = 0; i < 10; ++i) {
        GIVES(access(".", F_OK), 0, untouched);
        GIVES(write(1, "", 0), 0, untouched);
        GIVES(read(0, &byte, 1), 0, untouched);
    }
    return 0;
}
