// faultline serve: a run that goes on, over HTTP on this machine: the verbs of `faultline ctl`, and counters.
#include "cli/cli.hpp"

#include "control/address.hpp"
#include "control/server.hpp"
#include "report/terminal.hpp"

#include <charconv>
#include <cstdio>
#include <fmt/format.h>
#include <memory>
#include <optional>

namespace faultline::cli {

namespace {

struct ServeOptions {
    std::string target;
    std::string listen = "127.0.0.1:9637";
};

/// The port of "127.0.0.1:PORT" or "localhost:PORT"; `problem` says why there is none.
std::optional<std::uint16_t> port_of(const std::string& listen, std::string& problem)
{
    const auto colon = listen.rfind(':');
    const auto host = listen.substr(0, colon == std::string::npos ? 0 : colon);
    const auto digits = colon == std::string::npos ? listen : listen.substr(colon + 1);
    if (!host.empty() && host != "127.0.0.1" && host != "localhost") {
        problem = fmt::format("--listen {}: it serves on 127.0.0.1 only, for who reaches it can make the program fail",
                              listen);
        return std::nullopt;
    }
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (!digits.empty() && error == std::errc{} && end == digits.data() + digits.size()) return port;
    problem = fmt::format("--listen {}: it is 127.0.0.1:PORT", listen);
    return std::nullopt;
}

int serve_run(const ServeOptions& options)
{
    std::string problem;
    const auto port = port_of(options.listen, problem);
    if (!port) return fail(own_error, report::printable(problem));
    const auto address = control::find_run(options.target);
    if (!address.problem.empty()) return fail(own_error, report::printable(address.problem));
    control::LiveRun run(address.directory);
    if (const auto force = run.force(); !force.problem.empty()) return fail(own_error, force.problem);
    problem = control::serve(run, *port, [](std::uint16_t chosen) {
        fmt::print("http://127.0.0.1:{}\n", chosen);
        std::fflush(stdout);
    });
    return problem.empty() ? 0 : fail(own_error, problem);
}

} // namespace

SUBCOMMAND(serve, 110, "The same over HTTP on 127.0.0.1, with counters for Prometheus")
{
    const auto options = std::make_shared<ServeOptions>();
    self.word("TARGET", options->target, "a process of the run, a program's name, or the run's directory");
    self.option("--listen", options->listen, "where: 127.0.0.1:PORT; port 0 is one that is free (default: 9637)",
                "ADDRESS");
    self.footer(
        "Examples:\n"
        "  faultline serve redis-server &\n"
        "  curl -s http://127.0.0.1:9637/metrics\n"
        "  curl -s -H 'Content-Type: application/json' -d '{\"words\": [\"write:ENOSPC\"]}' "
        "http://127.0.0.1:9637/add\n"
        "\n"
        "GET /status, /faults, /events, /metrics; POST /VERB with the words behind it, as for 'faultline ctl'.\n"
        "Exit status: 0 when the run has ended; 125 where it cannot be served, or the port is in use.");
    self.action([options] { return serve_run(*options); });
}

} // namespace faultline::cli
