// usage: record_check [--print | --only-read] DIRECTORY ROOT COMMAND...
// Records a command into DIRECTORY and compares what the recording makes of the tree with what the command did. Ends as
// the command does, or with 99 where the two differ and 98 where there is no recording; --print lists the operations;
// --only-read compares nothing, and says how much memory it took to read the recording.

#include "replay.hpp"

#include "door/recorder.hpp"

#include <cstdio>
#include <cstring>
#include <exception>
#include <sys/resource.h>

int main(int count, char** words)
{
    using namespace faultline;
    std::vector<std::string> arguments(words + 1, words + count);
    const bool print = !arguments.empty() && arguments[0] == "--print";
    const bool only_read = !arguments.empty() && arguments[0] == "--only-read";
    if (print || only_read) arguments.erase(arguments.begin());
    if (arguments.size() < 3) return 97;
    const door::RecordRequest request{{arguments.begin() + 2, arguments.end()}, {arguments[1]}, arguments[0]};
    const auto recorded = door::record(request);
    if (!recorded.problem.empty()) {
        std::fprintf(stderr, "record_check: %s\n", recorded.problem.c_str());
        return 98;
    }
    try {
        const auto recording = door::Recording::read(arguments[0]);
        if (only_read) {
            rusage used{};
            ::getrusage(RUSAGE_SELF, &used);
            std::fprintf(stderr, "reader %ld\n", used.ru_maxrss);
            return recorded.exit_status();
        }
        if (print)
            for (const auto& line : test::lines(recording))
                std::fprintf(stderr, "%s\n", line.c_str());
        for (const auto& warning : recorded.warnings)
            std::fprintf(stderr, "record_check: %s\n", warning.c_str());
        const auto differences = test::differences(recording);
        for (const auto& difference : differences)
            std::fprintf(stderr, "record_check: %s\n", difference.c_str());
        if (print)
            std::fprintf(stderr, "%zu operations, outside: %lu\n", recording.operations.size(), recorded.outside);
        return differences.empty() ? recorded.exit_status() : 99;
    } catch (const std::exception& exception) {
        std::fprintf(stderr, "record_check: %s\n", exception.what());
        return 98;
    }
}
