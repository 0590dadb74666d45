#include "host.hpp"

int main()
{
    char bytes[16] = {};
    FILE* stream = fopen("data", "r");
    IS(fread(bytes, 2, 5, stream), 2); // five bytes are two whole items
    HOLDS(bytes, "abcd");
    IS(ferror(stream) != 0 && feof(stream) == 0, true); // fread has no other reason to stop early
    clearerr(stream);
    IS(fgetc(stream), 'f');
    FILE* out = fopen("out", "w");
    IS(fwrite("ABCDEFGHIJ", 1, 10, out), 5);
    IS(ferror(out) != 0, true);
    IS(fclose(out), 0);
    return 0;
}
