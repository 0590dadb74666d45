#include "host.hpp"

#include <dirent.h>

int main()
{
    GIVES(fopen("made", "w"), nullptr, EMFILE);
    GIVES(opendir("."), nullptr, EMFILE);
    GIVES(malloc(100), nullptr, ENOMEM);
    GIVES(calloc(10, 10), nullptr, ENOMEM);
    GIVES(strdup("x"), nullptr, ENOMEM);
    return 0;
}
