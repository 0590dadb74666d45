// The every-row test: each exported symbol, driven for real under the preload.
//
//   rows_host FAMILY LIBRARY EXPORTS COMMAND    the driver: all rows of a family; exit status 1 if anything is wrong
//   rows_host FAMILY LIBRARY EXPORTS COMMAND SYMBOL…    only these
//
// Every case runs three or four times, each time in a process and a directory of its own:
//   reference    without us
//   pass         with all functions armed at probability 0: the same result, errno and effect as the reference, and the
//                hook counted the call
//   strike       with one fault on its function: the failure value of the row, errno set exactly, or untouched where
//                the error is the result; the call was made if the row acts, and else not; and the record says so, with
//                the descriptor, path and size that the case handed over
//   door         struck in the same way through the kernel's door, where its function is a system call: libc reports
//                what the kernel was made to say, so the call means the row, and the record has the arguments in their
//                places
// A row without a case is wrong, and so is a case without a row.
#include "calls/functions.hpp"
#include "driver.hpp"

#include <csignal>
#include <exception>
#include <iostream>
#include <sys/resource.h>

using namespace rows;
namespace fs = std::filesystem;

int main(int argc, char** argv)
try {
    const std::vector<std::string> words(argv + 1, argv + argc);
    std::vector<std::string> ignored;
    signal(SIGPIPE, SIG_DFL);
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    if (words.size() == 3 && words[0] == "--strike") {
        const auto row = calls::find_symbol(words[1]);
        const auto family = calls::family_names[static_cast<std::size_t>(calls::table[row].family)];
        for (const auto& subject : subjects(family, ignored))
            if (subject.row == row) run_case(subject, words[2], true, (fs::path(words[2]) / "armed").c_str());
        return 97;
    }
    if (words.size() >= 3 && words[0] == "--observe") {
        auto all = subjects(words[1], ignored);
        const std::set<std::string> only(words.begin() + 3, words.end());
        std::erase_if(all, [&](const Subject& subject) { return !only.contains(subject.name()); });
        return observe(all, words[2]);
    }
    if (words.size() < 4) return 2;
    return Driver(words[0], words[1], words[3], fs::read_symlink("/proc/self/exe"))
        .run(words[2].c_str(), {words.begin() + 4, words.end()});
} catch (const std::exception& error) {
    std::cerr << "rows_host: " << error.what() << '\n';
    return 2;
}
