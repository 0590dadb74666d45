// expect: silent-wrong
// Each thread takes what it can; that one of them could not is forgotten.
#include "corpus.h"

#include <array>
#include <system_error>
#include <thread>

static std::array<int, 2> taken;

static void take(int part)
{
    char bytes[6];
    const int in = open("in.txt", O_RDONLY);
    taken[static_cast<std::size_t>(part)] = in < 0 ? -1 : static_cast<int>(read_all(in, bytes, sizeof bytes));
    if (in >= 0) close(in);
}

int main()
try {
    std::thread first(take, 0);
    first.join();
    std::thread second(take, 1);
    second.join();
#ifdef SOUND
    if (taken[0] < 0 || taken[1] < 0) return failed("read");
#endif
    char line[64];
    const int length = snprintf(line, sizeof line, "%d\n", taken[0] + taken[1]);
    return write_all(1, line, static_cast<std::size_t>(length)) == 0 ? 0 : failed("write");
} catch (const std::exception&) {
    return failed("thread");
}
