// expect: silent-wrong
// A stream that broke looks like one that ended.
#include "corpus.h"

#include <fstream>
#include <string>

int main()
try {
    std::ifstream in("in.txt");
    if (!in) return failed("open in.txt");
    std::ofstream out("out.txt");
    std::string line;
    while (std::getline(in, line))
        out << line << '\n';
#ifdef SOUND
    if (in.bad()) return failed("read");
    if (!out.flush()) return failed("write");
    out.close();
    if (!out) return failed("close");
#endif
    return 0;
} catch (const std::bad_alloc&) {
    return failed("allocation");
}
