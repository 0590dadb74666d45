#include "host.hpp"

#include <dirent.h>

int main()
{
    char* line = nullptr;
    size_t room = 0;
    FILE* stream = fopen("text", "r");
    GIVES(getline(&line, &room, stream), -1, EIO);
    IS(feof(stream), 0);
    clearerr(stream); // or getline gives up before it looks
    IS(getline(&line, &room, stream), 4);
    GIVES(getline(&line, &room, stream), -1, untouched);
    IS(feof(stream) != 0, true);

    DIR* directory = opendir("empty");
    GIVES(readdir(directory), nullptr, EIO);
    IS(readdir(directory) != nullptr, true); // . and ..
    IS(readdir(directory) != nullptr, true);
    GIVES(readdir(directory), nullptr, untouched);
    return 0;
}
