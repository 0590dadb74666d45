#include "host.hpp"

int main(int argc, char** argv)
{
    GIVES(fsync(1), -1, EIO);
    if (argc > 1) return 0;
    char command[600];
    snprintf(command, sizeof command, "sync . || exit 1; '%s' grandchild && true", argv[0]);
    IS(system(command), 0);
    return 0;
}
