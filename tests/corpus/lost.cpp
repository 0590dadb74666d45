// expect: lost
// recover: "$PROGRAM" recover
// What is renamed into place counts; what still bears its first name is swept away.
#include "corpus.h"

#include <string_view>

int main(int argc, char** argv)
{
    if (argc > 1 && std::string_view(argv[1]) == "recover") {
        unlink("value.new");
        return 0;
    }
    const int out = open("value.new", O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (out < 0) return failed("open");
    int wrong = write_all(out, "value\n", 6);
    if (close(out) != 0) wrong = -1;
    if (wrong == 0) {
        const int renamed = rename("value.new", "value");
#ifdef SOUND
        wrong = renamed;
#endif
        static_cast<void>(renamed);
    }
    if (wrong == 0) return 0;
    unlink("value.new");
    return failed("write");
}
