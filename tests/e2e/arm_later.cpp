#include "host.hpp"

#include <sched.h>

int main(int argc, char**)
{
    for (int i = 0; i < 10; ++i)
        if (argc > 1) GIVES(access(".", F_OK), 0, untouched); // surely not armed
    if (argc > 1) IS(open("go", O_WRONLY | O_CREAT, 0644) >= 0, true);
    while (access(".", F_OK) == 0)
        sched_yield();
    for (int i = 0; i < 5; ++i)
        GIVES(access(".", F_OK), -1, EIO);
    return 0;
}
