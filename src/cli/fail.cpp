#include "cli/cli.hpp"

#include "report/terminal.hpp"

#include <cstdio>
#include <fmt/format.h>

namespace faultline::cli {

int fail(int status, std::string_view what)
{
    fmt::print(stderr, "faultline: {}\n", what);
    return status;
}

int fail(const run::Refusal& refusal, const std::string& command)
{
    using enum run::Refusal::Kind;
    const int status = refusal.kind == not_found        ? +cli::not_found
                       : refusal.kind == not_executable ? +cli::cannot_run
                                                        : +cli::own_error;
    if (!refusal.of_command) return fail(status, refusal.text);
    return fail(status, fmt::format("{}: {}{}{}", report::printable(command), report::printable(refusal.text),
                                    refusal.advice.empty() ? "" : "\n  ", refusal.advice));
}

} // namespace faultline::cli
