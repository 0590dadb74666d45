#include "host.hpp"

#include <wchar.h>

static FILE* fresh(const char* mode = "r+")
{
    FILE* stream = fopen("text", mode);
    IS(stream != nullptr, true);
    return stream;
}

static void failed(FILE* stream) { IS(ferror(stream) != 0 && feof(stream) == 0, true); }

int main()
{
    // An error, then the stream goes on where it was; its end is an end and no error.
    FILE* stream = fresh();
    GIVES(getc(stream), EOF, EIO);
    failed(stream);
    clearerr(stream);
    IS(getc(stream), 'a');
    GIVES(getc(stream), EOF, untouched);
    IS(feof(stream) != 0 && ferror(stream) == 0, true);

    int number = 0;
    char* line = nullptr;
    size_t room = 0;
    wchar_t wide[10];
    stream = fresh();
    GIVES(fscanf(stream, "%d", &number), EOF, EIO);
    failed(stream);
    stream = fresh();
    GIVES(getdelim(&line, &room, ',', stream), -1, EIO);
    failed(stream);
    stream = fresh();
    GIVES(fgetws(wide, 10, stream), nullptr, EIO);
    failed(stream);
    stream = fresh();
    GIVES(getwc(stream), WEOF, EIO);
    failed(stream);

    stream = fresh("w");
    GIVES(fprintf(stream, "%d", 1), -1, ENOSPC);
    failed(stream);
    stream = fresh("w");
    GIVES(putc('x', stream), EOF, ENOSPC);
    failed(stream);
    stream = fresh("w");
    GIVES(fputws(L"x", stream), -1, ENOSPC);
    failed(stream);
    GIVES(puts("x"), EOF, ENOSPC);
    failed(stdout);
    return 0;
}
