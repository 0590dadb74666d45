// Any bytes as a file that `faultline report` is given: the status is 0, or 125 with a problem told.
#include "cli/cli.hpp"
#include "file.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count)
{
    const faultline::fuzz::File file(bytes, count);
    for (const std::string format : {"text", "json"}) {
        CLI::App app;
        int status = -1;
        faultline::cli::add_report(app, status);
        app.parse({file.path(), "--events", format, "--format", "report"}); // last word first, as CLI11 wants them
        if (status != 0 && status != faultline::cli::own_error) std::abort();
    }
    return 0;
}
