#include "host.hpp"

int main()
{
    FILE* stream = fopen("text", "r+");
    fpos_t place;
    GIVES(ftell(stream), -1, EIO);
    GIVES(fgetpos(stream, &place), -1, EIO);
    GIVES(ungetc('x', stream), EOF, EIO);
    GIVES(setvbuf(stream, nullptr, _IONBF, 0), -1, EIO);
    GIVES(fseek(stream, 0, SEEK_SET), -1, EIO);
    IS(ferror(stream), 0);
    IS(fgetc(stream), 'a');
    return 0;
}
