#include "host.hpp"

int main()
{
    char* block = (char*)malloc(100);
    strcpy(block, "kept");
    GIVES(realloc(block, 100000), nullptr, ENOMEM);
    GIVES(reallocarray(block, 1000, 1000), nullptr, ENOMEM);
    HOLDS(block, "kept");
    free(block); // glibc would abort on a block that is not there any more
    return 0;
}
