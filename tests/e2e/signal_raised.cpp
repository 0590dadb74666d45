#include "host.hpp"

#include <signal.h>

static volatile int seen;
static void on_signal(int number) { seen = number; }

int main()
{
    signal(SIGUSR1, on_signal);
    signal(SIGRTMIN + 1, on_signal);
    char byte;
    const int data = open("data", O_RDONLY);
    GIVES(read(data, &byte, 1), 1, untouched);
    IS(seen, SIGUSR1);
    seen = 0;
    GIVES(pread(data, &byte, 1, 0), -1, EINTR);
    IS(seen, SIGRTMIN + 1);
    return 0;
}
