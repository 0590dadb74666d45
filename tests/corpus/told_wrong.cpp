// expect: told-wrong
#include "corpus.h"

#include <stdexcept>
#include <string>

static std::string content()
{
    const int in = open("in.txt", O_RDONLY);
    if (in < 0) throw std::runtime_error("open in.txt");
    std::string bytes(64, '\0');
    const ssize_t got = read_all(in, bytes.data(), bytes.size());
    close(in);
    if (got < 0) throw std::runtime_error("read");
    bytes.resize(static_cast<std::size_t>(got));
    return bytes;
}

int main()
{
    std::string bytes;
    try {
        bytes = content();
    } catch (const std::exception& error) {
        failed(error.what());
#ifdef SOUND
        return 1;
#endif
    }
    return write_all(1, bytes.data(), bytes.size()) == 0 ? 0 : failed("write");
}
