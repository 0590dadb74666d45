// expect: leak stays behind
#include "corpus.h"

#include <stdexcept>
#include <string>

struct Scratch {
    std::string path = std::string(getenv("TMPDIR")) + "/corpus-XXXXXX";
    int fd = mkstemp(path.data());
#ifdef SOUND
    ~Scratch()
    {
        if (fd >= 0) close(fd);
        if (fd >= 0 && unlink(path.c_str()) != 0) _exit(failed("unlink"));
    }
#endif
    void fill() const
    {
        if (fd < 0 || write_all(fd, "scratch", 7) != 0) throw std::runtime_error("scratch");
    }
};

int main()
try {
    const Scratch scratch;
    scratch.fill();
#ifndef SOUND
    if (unlink(scratch.path.c_str()) != 0) return failed("unlink");
#endif
    return write_all(1, "ready\n", 6) == 0 ? 0 : failed("write");
} catch (const std::exception& error) {
    return failed("scratch file");
}
