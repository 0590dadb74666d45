#include "host.hpp"

int main()
{
    IS(write(1, "ran", 3), 3);
    return 0;
}
