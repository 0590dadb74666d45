// faultline mark: an acknowledgement from a script, for the recording that it runs in.
#include "cli/cli.hpp"

#include "faultline/ack.h"

#include <cstring>
#include <fmt/format.h>
#include <memory>

namespace faultline::cli {

SUBCOMMAND(mark, 120, "Inside a recorded command: say that something is done, and may not be lost any more")
{
    const auto text = std::make_shared<std::string>();
    self.word("TEXT", *text, "A line for the recording");
    self.footer("Example:\n  redis-cli save && faultline mark saved\n\n"
                "Exit status: 0 it is recorded, 125 nothing is being recorded.");
    self.action([text] {
        if (::faultline_ack(text->c_str()) == 0) return 0;
        if (std::getenv("FAULT_RECORDING") == nullptr)
            return fail(own_error, "mark: nothing is being recorded here: FAULT_RECORDING is not set (faultline mark "
                                   "belongs into a command that faultline records)");
        return fail(own_error, fmt::format("mark: {}: {}", std::getenv("FAULT_RECORDING"), std::strerror(errno)));
    });
}

} // namespace faultline::cli
