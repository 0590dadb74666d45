#include "host.hpp"

int main(int argc, char** argv)
{
    if (argc > 1) {
        GIVES(fsync(1), -1, EINVAL); // no LD_PRELOAD, no faults
        IS(getenv("FAULT_LINEAGE") == nullptr, true);
        return 0;
    }
    GIVES(fsync(1), -1, EIO);
    char leaf[] = "leaf", *arguments[] = {argv[0], leaf, nullptr}, *nothing[] = {nullptr};
    const pid_t child = fork();
    if (child == 0) execve(argv[0], arguments, nothing);
    REAP(child);
    const pid_t other = fork();
    if (other == 0) {
        GIVES(fsync(1), -1, EIO);
        execve(argv[0], arguments, nullptr);
    }
    REAP(other);
    return 0;
}
