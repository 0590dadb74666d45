#include "host.hpp"

static FILE* fresh()
{
    FILE* stream = fopen("text", "r+");
    IS(stream != nullptr && ferror(stream) == 0, true);
    return stream;
}

int main()
{
    char bytes[100], *line = nullptr;
    size_t room = 0;
    FILE* stream = fresh();
    GIVES(fread(bytes, 4, 5, stream), 0, EIO);
    IS(ferror(stream) != 0 && feof(stream) == 0, true);
    clearerr(stream);
    IS(fread(bytes, 1, 1, stream) == 1 && bytes[0] == 'o' && ferror(stream) == 0, true); // the stream still works
    stream = fresh();
    GIVES(fgets(bytes, 100, stream), nullptr, EIO);
    IS(ferror(stream) != 0, true);
    stream = fresh();
    GIVES(getline(&line, &room, stream), -1, EIO);
    IS(ferror(stream) != 0, true);
    stream = fresh();
    GIVES(fgetc(stream), EOF, EIO);
    IS(ferror(stream) != 0, true);
    stream = fresh();
    GIVES(fwrite("abcd", 2, 2, stream), 0, ENOSPC);
    IS(ferror(stream) != 0, true);
    stream = fresh();
    GIVES(fputs("abcd", stream), EOF, ENOSPC);
    IS(ferror(stream) != 0, true);
    stream = fresh();
    GIVES(fflush(stream), EOF, ENOSPC);
    IS(ferror(stream) != 0, true);
    return 0;
}
