#include "host.hpp"

int main()
{
    GIVES(getppid(), getppid(), untouched); // no row: not struck
    GIVES(write(1, "not written", 11), 11, untouched);
    GIVES(write(1, "not written", 11), 11, untouched);
    GIVES(fopen("data", "w"), 0x1234, untouched);
    GIVES(access("missing", F_OK), -77, untouched);
    return 0;
}
