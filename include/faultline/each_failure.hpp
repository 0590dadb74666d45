// Every failure of a block, one at a time. Part of faultline.hpp.
#pragma once

#include "faultline.hpp"

namespace faultline {

/// A run of a block that did not bear its fault.
struct Broken {
    std::uint64_t call = 0; // which matching call failed, from 1
    std::string why;        // the exception that left the block
    FaultEvent event;
};

/// What for_each_failure has found.
struct Survey {
    std::uint64_t failures = 0; // runs in which a call failed
    std::vector<Broken> broken;

    [[nodiscard]] bool survived() const { return broken.empty(); }
};

/// Runs a block failing its 1st, 2nd, 3rd … matching call on this thread, until it gets through with no fault. Each of
/// `what` has to leave `on` to this function. A run is broken by an exception that leaves the block.
template <class Block>
Survey for_each_failure(Block&& block,
                        FaultConfig what = {.name = "no-memory", .functions = {"@alloc"}, .error = "ENOMEM"},
                        Injector& injector = process(), std::uint64_t at_most = 100000)
{
    Survey survey;
    if (!injector.active()) {
        block();
        return survey;
    }
    what.on = 1;
    const Faults faults(what);
    for (std::uint64_t call = 1; call <= at_most; ++call) {
        std::optional<std::string> why;
        std::optional<Scope> scope(injector.scope(faults, Where::thread, call - 1));
        const auto leave = [&](const char* text) {
            // The exception may have been thrown with no memory left: what is said of it is not to fail as well.
            auto events = scope->events();
            scope.reset();
            survey.broken.push_back({call, text, events.empty() ? FaultEvent{} : std::move(events.front())});
        };
        std::uint64_t triggered = 0;
        try {
            block();
            triggered = scope->triggered();
        } catch (const std::exception& error) {
            triggered = scope->triggered();
            leave(error.what());
        } catch (...) {
            triggered = scope->triggered();
            leave("an exception of unknown type");
        }
        if (triggered == 0) break;
        ++survey.failures;
    }
    return survey;
}

} // namespace faultline
