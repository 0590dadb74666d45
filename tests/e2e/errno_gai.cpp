#include "host.hpp"

#include <netdb.h>

int main()
{
    addrinfo* found = nullptr;
    GIVES(getaddrinfo("localhost", "1", nullptr, &found), EAI_AGAIN, untouched);
    GIVES(getaddrinfo("localhost", "1", nullptr, &found), EAI_SYSTEM, ECONNREFUSED);
    IS(found == nullptr, true);
    return 0;
}
