#include "host.hpp"

int main()
{
    FILE* stream = fopen("out", "w");
    GIVES(fwrite("aabbccddee", 2, 5, stream), 3, ENOSPC); // seven bytes are three items and a half
    IS(ferror(stream) != 0, true);
    clearerr(stream);
    IS(fwrite("ZZ", 1, 2, stream), 2);
    IS(fclose(stream), 0);
    return 0;
}
