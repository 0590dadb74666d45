#include "host.hpp"

#include <dirent.h>

int main()
{
    char bytes[10], word[10], *line = nullptr;
    size_t room = 0;
    FILE* stream = fopen("text", "r");
    setvbuf(stream, nullptr, _IONBF, 0);
    IS(fread(bytes, 1, 2, stream), 2);             // fread → read
    IS(getc(stream), '2');                         // getc → read
    IS(fscanf(stream, "%9s", word), 1);            // fscanf → read
    IS(fgets(bytes, 10, stream) != nullptr, true); // fgets → read
    IS(getline(&line, &room, stream), 4);          // getline → read
    IS(readdir(opendir(".")) != nullptr, true);    // readdir → getdents64
    GIVES(read(0, bytes, 1), -1, EIO);
    GIVES(getdents64(0, bytes, sizeof bytes), -1, EIO);
    return 0;
}
