#include "host.hpp"

static unsigned char bytes[1000];

static int zeros(int from, int to)
{
    int count = 0;
    for (int i = from; i < to; ++i)
        count += bytes[i] == 0;
    return count;
}

int main()
{
    const int fd = open("data", O_RDONLY);
    const int numbers[] = {1000, 90, 3, 5, 1000, 20, 1};
    for (const int wanted : numbers) {
        memset(bytes, 'x', sizeof bytes);
        IS(pread(fd, bytes, 1000, 0), 1000);
        IS(zeros(0, 1000), wanted);
        if (wanted == 5) IS(zeros(10, 20), 5);
    }
    return 0;
}
