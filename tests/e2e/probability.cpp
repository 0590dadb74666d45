#include "host.hpp"

int main(int argc, char**)
{
    for (int i = 0; i < 40; ++i) {
        if (argc > 1) access("..", F_OK); // other traffic
        fsync(1);
    }
    return 0;
}
