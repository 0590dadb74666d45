// The functions that the library exports for programs. No exception leaves them, and nothing that a program gets from
// them was allocated for it to free.
#include "api/host.hpp"
#include "api/injector.hpp"
#include "sys/syscalls.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>

using namespace faultline;
using namespace faultline::api;

namespace {

void tell(std::string_view why, char* text, size_t room)
{
    if (text == nullptr || room == 0) return;
    const auto kept = std::min(why.size(), room - 1);
    std::memcpy(text, why.data(), kept);
    text[kept] = '\0';
}

/// All of them in one line.
void tell(const std::vector<std::string>& mistakes, char* text, size_t room)
{
    std::string all;
    for (const auto& mistake : mistakes)
        all.append(all.empty() ? "" : "; ").append(mistake);
    tell(all, text, room);
}

/// Runs an action under the lock. Where there is no memory for it, that is the outcome that was given for it.
template <class Action, class Outcome>
Outcome guarded(const Action& action, Outcome without_memory, char* why = nullptr, size_t room = 0)
{
    const Quiet quiet;
    const int kept = errno;
    try {
        const auto held = lock();
        const Outcome outcome = action();
        errno = kept;
        return outcome;
    } catch (...) {
        tell("there is no memory", why, room);
        errno = kept;
        return without_memory;
    }
}

faultline_counts counts(const Tally& tally) { return {tally.calls(), tally.triggered()}; }

Tally tally_of(const faultline_scope* scope)
{
    Tally tally;
    if (scope->box != nullptr) tally.add(*scope->box);
    return tally;
}

size_t write(const std::string& json, char* text, size_t room)
{
    tell(json, text, room);
    return json.size();
}

/// In the numbers of the C interface, which do not change with the engine's.
int32_t type_for(const plan::Fault& fault)
{
    switch (fault.type) {
    case plan::Type::timeout:
        return FAULTLINE_TIMEOUT;
    case plan::Type::corruption:
        return FAULTLINE_CORRUPTION;
    case plan::Type::returns:
        return FAULTLINE_RETURNS;
    case plan::Type::error:
        return fault.throws ? FAULTLINE_EXCEPTION : FAULTLINE_ERRNO;
    default:
        return FAULTLINE_PROCEED;
    }
}

} // namespace

extern "C" {

const char* faultline_version(void) { return FAULTLINE_VERSION; }

int faultline_check(const char* faults, int own, char* why, size_t room)
{
    const auto check = [&] {
        std::vector<std::string> mistakes;
        if (own < 0)
            mistakes = mistakes_in_any_case(faults);
        else
            static_cast<void>(compile(faults, own != 0, mistakes));
        tell(mistakes, why, room);
        return mistakes.empty() ? 0 : -1;
    };
    return guarded(check, -1, why, room);
}

faultline_injector* faultline_new(uint64_t seed)
{
    return guarded([&] { return new faultline_injector(seed); }, static_cast<faultline_injector*>(nullptr));
}

void faultline_free(faultline_injector* injector)
{
    if (injector == nullptr) return;
    guarded(
        [&] {
            injector->clear();
            delete injector;
            return 0;
        },
        0);
}

faultline_injector* faultline_process(void)
{
    static constinit faultline_injector* process = nullptr;
    if (host == nullptr) return nullptr;
    const auto make = [] {
        if (process == nullptr) process = new faultline_injector;
        return process;
    };
    return guarded(make, static_cast<faultline_injector*>(nullptr));
}

int faultline_add(faultline_injector* injector, const char* faults, char* why, size_t room)
{
    const auto add = [&] {
        std::vector<std::string> mistakes;
        if (injector->add(faults, mistakes)) return 0;
        tell(mistakes, why, room);
        return -1;
    };
    return guarded(add, -1, why, room);
}

int faultline_remove(faultline_injector* injector, const char* name)
{
    return guarded([&] { return injector->remove(name) ? 0 : -1; }, -1);
}

void faultline_clear(faultline_injector* injector)
{
    guarded([&] { return injector->clear(), 0; }, 0);
}

void faultline_enable(faultline_injector* injector, int on)
{
    guarded([&] { return injector->enable(on != 0), 0; }, 0);
}

void faultline_seed(faultline_injector* injector, uint64_t seed)
{
    guarded([&] { return injector->reseed(seed), 0; }, 0);
}

faultline_function* faultline_function_named(faultline_injector* injector, const char* name)
{
    return guarded([&] { return injector->function_named(name); }, static_cast<faultline_function*>(nullptr));
}

int faultline_strikes(faultline_function* function, faultline_strike* strike)
{
    const auto& ours = *static_cast<faultline_injector::Function*>(function);
    const engine::Call call{calls::Id{0}, nullptr, __builtin_return_address(0), &calls::own_spec};
    engine::Verdict verdict;
    const int kept = errno;
    if (!engine::strikes_by_layers(ours.injector->layers(), ours.hash, call, verdict)) return 0;
    const auto& fault = *verdict.fault;
    const auto& plan = verdict.header->plan();
    if (verdict.delay_ns != 0)
        sys::sleep_until(sys::now(CLOCK_MONOTONIC) + static_cast<std::int64_t>(verdict.delay_ns), false);
    if (fault.type == plan::Type::timeout) engine::note_error(verdict, ETIMEDOUT);
    if (fault.type == plan::Type::returns && verdict.event != nullptr) {
        verdict.event->returned = fault.returns;
        verdict.event->did |= ledger::did_return;
    }
    strike->type = type_for(fault);
    strike->error = fault.type == plan::Type::timeout ? ETIMEDOUT : verdict.error;
    strike->returns = fault.returns;
    strike->has_returns = fault.has_returns ? 1 : 0;
    const auto share = fault.amount.share;
    strike->rate = share == 0 || share == plan::unlimited ? 1.0 : static_cast<double>(share) * 0x1p-64;
    strike->draw = verdict.draw.bits(engine::Draw::damage);
    // The engine's plan outlives every record.
    const auto& kept_plan = *reinterpret_cast<const plan::Plan*>(reinterpret_cast<const char*>(&fault) -
                                                                 (plan.faults.offset + verdict.index * sizeof fault));
    strike->fault = kept_plan.text(fault.name).data();
    engine::carried_out(verdict);
    errno = kept;
    return 1;
}

faultline_scope* faultline_begin(faultline_injector* injector, const char* faults, int where, uint64_t skip, char* why,
                                 size_t room)
{
    const auto begin = [&] {
        std::vector<std::string> mistakes;
        auto* const scope = injector->begin(faults, where, skip, mistakes);
        if (scope == nullptr) tell(mistakes, why, room);
        return scope;
    };
    return guarded(begin, static_cast<faultline_scope*>(nullptr), why, room);
}

void faultline_end(faultline_scope* scope)
{
    if (scope == nullptr) return;
    guarded(
        [&] {
            scope->injector->end(*scope);
            delete scope;
            return 0;
        },
        0);
}

uint32_t* faultline_scope_switch(faultline_scope* scope)
{
    static_assert(sizeof(ledger::Header::enabled) == sizeof(uint32_t));
    return scope->box == nullptr ? nullptr : reinterpret_cast<uint32_t*>(&scope->box->record->enabled);
}

faultline_link* faultline_enter_scope(faultline_scope* scope)
{
    const auto enter = [&]() -> faultline_link* {
        if (scope->box == nullptr || scope->where != FAULTLINE_TASK) return nullptr;
        return &link_to(*scope->box);
    };
    return guarded(enter, static_cast<faultline_link*>(nullptr));
}

void faultline_leave_scope(faultline_link* link)
{
    if (link == nullptr) return;
    guarded([&] { return unlink(*link); }, false);
}

faultline_counts faultline_injector_counts(faultline_injector* injector)
{
    return guarded([&] { return counts(injector->tally()); }, faultline_counts{});
}

faultline_counts faultline_scope_counts(faultline_scope* scope)
{
    return guarded([&] { return counts(tally_of(scope)); }, faultline_counts{});
}

size_t faultline_injector_json(faultline_injector* injector, char* text, size_t room)
{
    return guarded([&] { return write(injector->tally().json(injector->owner()), text, room); }, size_t{0});
}

size_t faultline_scope_json(faultline_scope* scope, char* text, size_t room)
{
    return guarded([&] { return write(tally_of(scope).json(scope->injector->owner()), text, room); }, size_t{0});
}

size_t faultline_injector_events(faultline_injector* injector, faultline_event* events, size_t room)
{
    return guarded([&] { return injector->tally().events({events, room}); }, size_t{0});
}

size_t faultline_scope_events(faultline_scope* scope, faultline_event* events, size_t room)
{
    return guarded([&] { return tally_of(scope).events({events, room}); }, size_t{0});
}
}
