// What only the hooks can do for the interface that programs call. Without them (in the tests, which link the rooms
// below) there are no libc functions to lay faults over.
#pragma once

#include "ledger/layout.hpp"

namespace faultline::api {

struct Host {
    /// Lets every row that a plan names come to the engine, from now on.
    void (*arm)(const plan::Plan& plan) noexcept;
    /// Takes the calling thread out of the process's plan, and puts it back.
    ledger::Thread* (*suspend)() noexcept;
    void (*resume)(ledger::Thread* block) noexcept;
    /// Of the process's plan, or FAULT_SEED, or 0.
    std::uint64_t (*seed)() noexcept;
};

/// Set once, when the library is loaded; nullptr without the hooks.
extern constinit const Host* host;

} // namespace faultline::api
