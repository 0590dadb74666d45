#include "host.hpp"

#include <signal.h>

// "$1" says how to write.
int main(int, char** arguments)
{
    signal(SIGTERM, SIG_IGN); // a power cut does not ask
    atexit([] { IS(0, 1); });
    const int file = open("data", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (strcmp(arguments[1], "write") == 0) write(file, "0123456789", 10);
    FILE* stream = fdopen(file, "w");
    if (strcmp(arguments[1], "fwrite") == 0) fwrite("0123456789", 1, 10, stream);
    IS(0, 1);
}
