// Runs one end-to-end test: a tiny host program under a plan whose comment lines ("#: …") say what must come of it.
//
//   e2e_driver HOST PLAN LIBRARY COMMAND [--show]     --show prints the records, to write expectations from
//
// The host runs in an empty directory of its own, of which only `setup` lines know before; "$DIR" stands for it, in the
// plan too, "$HOST" for the host, "$LIBRARY" for ours. What no line allows is wrong: output, warnings, ledgers that
// remain, another number of records.
//
//   setup COMMAND        before the run, in the directory         env NAME=VALUE      for the host
//   check COMMAND        after it; has to succeed                 args A B …          for the host
//   plan PATH | none     FAULT_CONFIG, instead of this file       limit fsize N       RLIMIT_FSIZE
//   user nobody          the host runs as uid 65534               preload none        without LD_PRELOAD
//   repeat, replay       runs it twice, see Driver::run
//   status N, signal ABRT          how the host ends              stdout TEXT, stderr TEXT      contain it
//   processes N          records, 1 unless said                   live N              of them ledgers that remain
//   stale N              ledgers that remain beside the statistics file of an image that was replaced
//   warning TEXT         a record has a warning that contains it
//
// These hold for the sum of all records, or with "@LINEAGE" before them for that one:
//   matched FAULT N      triggered FAULT N      dropped N      errors FAULT ENOSPC=2 EIO=1      calls FUNCTION N faults
//   FUNCTION N stats KEY N          seed N                 exit TEXT (how it ended)         file GLOB (the record's
//   name) events FAULT KEY V V V      the key's values in the fault's events, in their order; `sorted` the same, sorted
//   count FAULT KEY V N         so many of the fault's events have that value
#include "driver.hpp"

#include <csignal>
#include <cstring>
#include <exception>
#include <iostream>
#include <sys/stat.h>

int main(int argc, char** argv)
try {
    if (argc < 5) return 2;
    umask(022);
    signal(SIGPIPE, SIG_DFL);
    return e2e::Driver(argv[1], argv[2], argv[3], argv[4]).run(argc > 5 && std::strcmp(argv[5], "--show") == 0);
} catch (const std::exception& error) {
    std::cerr << "e2e_driver: " << error.what() << '\n';
    return 2;
}
