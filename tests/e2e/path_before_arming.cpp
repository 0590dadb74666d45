#include "host.hpp"

static int watched, other;

__attribute__((constructor)) static void early()
{
    watched = open("watched", O_WRONLY | O_CREAT, 0644);
    IS(write(watched, "early", 5), 5); // not armed yet
    other = open("other", O_WRONLY | O_CREAT, 0644);
}

int main()
{
    GIVES(write(watched, "x", 1), -1, ENOSPC);
    GIVES(write(other, "o", 1), 1, untouched);
    IS(dup2(other, watched), watched);
    GIVES(write(watched, "o", 1), 1, untouched);
    return 0;
}
