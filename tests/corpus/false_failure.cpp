// expect: false-failure
#include "corpus.h"

#include <new>
#include <string>

static std::string report() { return "a report that is too long for the string itself\n"; }

int main()
try {
    const int log = open("log.txt", O_WRONLY | O_CREAT | O_APPEND, 0644);
    if (log < 0) return failed("open log.txt");
#ifdef SOUND
    const auto text = report();
#endif
    if (write_all(log, "record\n", 7) != 0) return failed("write");
#ifndef SOUND
    const auto text = report();
#endif
    return text.empty() ? failed("report") : 0;
} catch (const std::bad_alloc&) {
    return failed("allocation");
}
