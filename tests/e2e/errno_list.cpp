#include "host.hpp"

int main()
{
    for (int i = 0; i < 12; ++i)
        IS(fdatasync(1), -1);
    return 0;
}
