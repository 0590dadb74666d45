#include "host.hpp"

static const char text[] = "abcd";

int main()
{
    FILE* stream = fopen("written", "w");
    GIVES(fwrite(text, 2, 2, stream), 2, untouched);
    IS(fputs(text, stream) >= 0, true);
    IS(fputc('a', stream), 'a'); // reports what it was given
    IS(putc('b', stream), 'b');
    IS(fclose(stream), 0);
    IS(puts(text) >= 0, true);
    IS(fflush(stdout), 0);
    return 0;
}
