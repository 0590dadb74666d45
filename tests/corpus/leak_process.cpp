// expect: leak processes
#include "corpus.h"

#include <memory>
#include <new>

struct Child {
    pid_t pid = fork();
    ~Child()
    {
        if (pid <= 0) return;
        kill(pid, SIGKILL);
        waitpid(pid, nullptr, 0);
    }
};

int main()
{
    auto* const child = new (std::nothrow) Child;
    if (child == nullptr || child->pid < 0) return failed("fork");
    if (child->pid == 0)
        for (;;)
            pause();
    std::unique_ptr<char[]> report(new (std::nothrow) char[64]);
#ifdef SOUND
    if (!report) delete child;
#endif
    if (!report) return write_all(1, "ready\n", 6) == 0 ? 0 : failed("write");
    delete child;
    return write_all(1, "ready\n", 6) == 0 ? 0 : failed("write");
}
