#include "host.hpp"

#include <aio.h>

namespace {

void begin(aiocb& made, const char* path, char* bytes, bool writes)
{
    made.aio_fildes = open(path, O_RDWR | O_CREAT, 0600);
    made.aio_buf = bytes;
    made.aio_nbytes = 5;
    IS(writes ? aio_write(&made) : aio_read(&made), 0);
}

int end_of(const aiocb& made)
{
    int error = EINPROGRESS;
    while ((error = aio_error(&made)) == EINPROGRESS)
        usleep(1000);
    return error;
}

} // namespace

int main()
{
    char bytes[6] = "hello";
    aiocb write_ends{};
    begin(write_ends, "spared", bytes, true);
    IS(end_of(write_ends), 0);
    IS(aio_return(&write_ends), 5);
    HOLDS(bytes, "hello"); // what went out is not damaged when it is said how that ended

    aiocb failing{};
    begin(failing, "struck", bytes, true);
    GIVES(end_of(failing), EIO, untouched);
    IS(aio_return(&failing), -1); // as aio_error said

    int pipes[2];
    IS(pipe(pipes), 0);
    char late[6] = {};
    aiocb waiting{};
    waiting.aio_fildes = pipes[0];
    waiting.aio_buf = late;
    waiting.aio_nbytes = 5;
    IS(aio_read(&waiting), 0);
    IS(aio_error(&waiting), EINPROGRESS); // asked in vain: no match
    IS(aio_error(&waiting), EINPROGRESS);
    IS(write(pipes[1], "later", 5), 5);
    IS(end_of(waiting), ENOSPC);
    IS(aio_return(&waiting), -1);

    char back[6] = {};
    aiocb reading{};
    begin(reading, "spared", back, false);
    IS(end_of(reading), 0);
    HOLDS(back, "hello");
    IS(aio_return(&reading), 5);
    HOLDS(back, "\0\0\0\0\0");
    return 0;
}
