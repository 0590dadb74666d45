// Makes seeds for the reader of ledgers:  fuzz_seeds DIRECTORY PLAN…  writes a ledger under each plan, with counts and
// events in it, as a process leaves it that was killed.
#include "made_ledger.hpp"

#include <exception>
#include <filesystem>
#include <iostream>
#include <sstream>

int main(int argc, char** argv)
try {
    using namespace faultline;
    for (int i = 2; i < argc; ++i) {
        std::ostringstream toml;
        toml << std::ifstream(argv[i]).rdbuf();
        test::MadeLedger ledger(toml.view());
        ledger.count(0, 0, 0, 5, 2);
        ledger.count(1, 0, 0, 1000, 10);
        ledger.header().count_error(0, EIO);
        auto& event = ledger.event();
        event.error = EIO;
        event.has_fd = event.has_size = 1;
        event.did = ~0U;
        event.path.assign("/var/lib/data");
        event.module.assign("tar");
        event.thread.assign(".1");
        ledger.event().complete = 0;
        const auto name = std::filesystem::path(argv[i]).stem().string() + ".live";
        ledger.write((std::filesystem::path(argv[1]) / name).string());
    }
} catch (const std::exception& error) {
    std::cerr << "fuzz_seeds: " << error.what() << '\n';
    return 1;
}
