#include "host.hpp"

int main()
{
    FILE* watched = fopen("watched", "w");
    FILE* other = fopen("other", "w");
    GIVES(fputs("x", watched), EOF, EIO);
    IS(fputs("o", other) >= 0, true);
    const int number = fileno(watched);
    IS(fclose(watched), 0);
    FILE* again = fopen("other", "a");
    IS(fileno(again), number);
    IS(fputs("o", again) >= 0, true);
    IS(freopen("watched", "w", other) == other, true);
    GIVES(fputs("x", other), EOF, EIO);
    FILE* wrapped = fdopen(open("watched", O_WRONLY), "w");
    GIVES(fputs("x", wrapped), EOF, EIO);
    return 0;
}
