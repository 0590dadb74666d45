#include "host.hpp"

#include <sys/socket.h>
#include <syslog.h>

int main()
{
    setvbuf(stdout, nullptr, _IONBF, 0);
    IS(printf("printf "), 7);              // printf → write
    IS(puts("puts") >= 0, true);           // puts → write
    IS(fwrite("fwrite", 1, 6, stdout), 6); // fwrite → write
    IS(dprintf(1, " dprintf "), 9);        // dprintf → write
    FILE* stream = fopen("out", "w");
    fputs("flushed", stream);
    IS(fflush(stream), 0); // fflush → write
    IS(fclose(stream), 0); // fclose → close
    errno = EPERM;
    perror("perror");            // perror → write
    syslog(LOG_DEBUG, "syslog"); // syslog → socket, connect, send
    GIVES(write(1, "x", 1), -1, EIO);
    GIVES(close(50), -1, EIO);
    GIVES(connect(50, nullptr, 0), -1, EIO);
    return 0;
}
