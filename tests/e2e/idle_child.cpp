#include "host.hpp"

int main(int argc, char** argv)
{
    GIVES(fsync(1), -1, EIO);
    if (argc > 1 && strcmp(argv[1], "leaf") == 0) return 0;
    const pid_t child = fork(); // has not made a call that counts yet when it …
    if (child == 0) {
        if (argc > 1) { // … shares its memory with another
            const pid_t grandchild = vfork();
            if (grandchild == 0) {
                execl(argv[0], argv[0], "leaf", nullptr);
                _exit(9);
            }
            REAP(grandchild);
            GIVES(fsync(1), -1, EIO);
            GIVES(fsync(1), -1, EIO);
            return 0;
        }
        execl("missing", "missing", nullptr);
        execl(argv[0], argv[0], "leaf", nullptr); // … or is replaced
    }
    REAP(child);
    return 0;
}
