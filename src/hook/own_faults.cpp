// Lets programs lay faults of their own over libc's functions (api/host.hpp).
#include "api/host.hpp"
#include "calls/functions.hpp"
#include "effects/effects.hpp"
#include "engine/site.hpp"
#include "hook/by_number.hpp"
#include "hook/process.hpp"
#include "hook/resolve.hpp"
#include "hook/takeover.hpp"
#include "language/parse.hpp"
#include "sys/syscalls.hpp"

#include <cstdlib>
#include <dirent.h>

namespace faultline::hook {
namespace {

/// What boot does for a process with a plan. The first layer of one without comes here, with the lock of api/ held.
void prepare() noexcept
{
    static constinit bool done = false;
    if (done || process.plan != nullptr) return;
    done = true;
    sys::use_vdso();
    effects::use_libc([](calls::Id row) { return resolve(row); });
    engine::use_dirfd([](void* directory) { return dirfd(static_cast<DIR*>(directory)); });
    engine::prepare_sites(reinterpret_cast<const void*>(&arm));
}

void arm(const plan::Plan& plan) noexcept
{
    prepare();
    keep_rows_armed();
    static constinit std::uint8_t armed[calls::row_count]{};
    const auto functions = plan.view(plan.function_of_row);
    for (std::uint16_t row = 0; row < calls::row_count; ++row) {
        if (functions[row] == plan::no_index || armed[row] != 0) continue;
        armed[row] = 1; // for good: the gate of a row that no fault names any more costs some nanoseconds
        arm_row(calls::Id{row});
        if (has_number(calls::Id{row})) arm_row(calls::id_syscall); // the same call by another way
    }
}

ledger::Thread* suspend() noexcept
{
    auto* const block = own_block;
    own_block = nullptr;
    return block;
}

void resume(ledger::Thread* block) noexcept { own_block = block; }

std::uint64_t seed() noexcept
{
    if (process.plan != nullptr) return process.seed;
    const char* const given = std::getenv("FAULT_SEED");
    return given == nullptr ? 0 : language::parse_seed(given).value_or(0);
}

constinit const api::Host host_of_hooks{&arm, &suspend, &resume, &seed};

} // namespace

void offer_layers() noexcept
{
    // Loaded by dlopen, we stand behind libc in the order of search, and no calls come to us.
    if (stands_before_libc()) api::host = &host_of_hooks;
}

} // namespace faultline::hook
