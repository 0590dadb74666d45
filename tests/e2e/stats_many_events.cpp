#include "host.hpp"

int main()
{
    for (int i = 0; i < 20000; ++i)
        fsync(-1);
    return 0;
}
