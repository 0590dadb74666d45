#include "host.hpp"

#include <dirent.h>
#include <locale.h>
#include <netdb.h>
#include <new>

int main()
{
    char *text = nullptr, *line = nullptr;
    size_t room = 0;
    addrinfo* found = nullptr;
    GIVES(fopen("text", "r"), nullptr, ENOMEM);                     // fopen → malloc
    GIVES(strdup("x"), nullptr, ENOMEM);                            // strdup → malloc
    GIVES(opendir("."), nullptr, ENOMEM);                           // opendir → malloc
    GIVES(getline(&line, &room, stdin), -1, ENOMEM);                // getline → malloc
    GIVES(asprintf(&text, "%d", 1), -1, ENOMEM);                    // asprintf → malloc
    GIVES(realpath(".", nullptr), nullptr, ENOMEM);                 // realpath → malloc
    IS(getaddrinfo("127.0.0.1", "1", nullptr, &found), EAI_MEMORY); // getaddrinfo → malloc
    IS(setlocale(LC_ALL, "C.UTF-8") == nullptr, true);              // setlocale → malloc
    IS(new (std::nothrow) char == nullptr, true);                   // new → malloc
    GIVES(malloc(1), nullptr, ENOMEM);
    return 0;
}
