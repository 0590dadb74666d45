// The faultline command.
#include "cli/options.hpp"

int main(int argc, char** argv) { return faultline::cli::parse_and_run(argc, argv); }
