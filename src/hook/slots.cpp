// Turns rows of the table into exported symbols. A symbol is one indirect jump through its slot: no frame, no register
// touched, so that variadic arguments, cancellation, vfork and backtraces pass through, and a call that no plan names
// costs next to nothing. A slot leads first to code that finds the real function; then to that; then, where a plan
// names the row, to the gate.
#include "hook/slots.hpp"

#include "effects/data.hpp"
#include "hook/by_number.hpp"
#include "hook/declarations.hpp"
#include "hook/resolve.hpp"
#include "hook/takeover.hpp"
#include "hook/thunk.hpp"
#include "hook/variadic.hpp"

#include <cerrno>
#include <sys/syscall.h>

#if defined(__x86_64__)
#include "hook/arch/x86_64.hpp"
#elif defined(__aarch64__)
#include "hook/arch/aarch64.hpp"
#else
#error "Faultline knows how to export symbols on x86-64 and aarch64 only"
#endif

#define CALL(symbol, ...) EXPORT(symbol);
#include "calls/all.def"

extern "C" {
extern void* faultline_slots[faultline::calls::row_count];
extern char faultline_stubs[faultline::calls::row_count][16];
#ifdef FAULTLINE_WATCHES
extern void* faultline_beyond[faultline::calls::row_count]; // where a watched slot leads on to
extern char faultline_watches[faultline::calls::row_count][64];
#endif
}

namespace faultline::hook {

void* reals[calls::row_count];

namespace {

calls::Id row_of(void** slot) noexcept { return static_cast<calls::Id>(slot - faultline_slots); }

constinit bool watched = false;
constinit std::uint8_t armed[calls::row_count]{}; // atomically

/// Where a row's slot leads, behind its watch if it has one.
void** end_of(std::uint16_t row) noexcept
{
#ifdef FAULTLINE_WATCHES
    if (watched) return &faultline_beyond[row];
#endif
    return &faultline_slots[row];
}
void set_slot(std::uint16_t row, void* to) noexcept { __atomic_store_n(end_of(row), to, __ATOMIC_RELEASE); }

/// Stands in for a function that this libc lacks.
long missing()
{
    errno = ENOSYS;
    return -1;
}

// Types here lose attributes such as nonnull, which say nothing about how arguments travel.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wignored-attributes"
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
/// No table: the loader would have to relocate one at every start.
Thunk thunk_of(calls::Id row) noexcept
{
    switch (row) {
#define THUNK(symbol, ...)                                                                                             \
    case calls::id_##symbol:                                                                                           \
        return &__VA_ARGS__::perform;
#define CALL(symbol, ...) THUNK(symbol, Typed<decltype(::symbol), calls::id_##symbol>)
#define CALL_AS(symbol, signature, ...) THUNK(symbol, Typed<signature, calls::id_##symbol>)
#define CALL_VIA(symbol, signature, twin, ...) THUNK(symbol, Formatted<signature, calls::id_##symbol, calls::id_##twin>)
#define CALL_LIST(symbol, twin, ...) THUNK(symbol, Listed<calls::id_##symbol, calls::id_##twin>)
#include "calls/all.def"
#undef THUNK
    case calls::row_count:
        break;
    }
    __builtin_unreachable();
}
#pragma GCC diagnostic pop

/// The entries of variadic rows, which the gate cannot serve: their arguments are not all in registers.
struct VariadicEntry {
    calls::Id row;
    void* (*address)() noexcept;
};
template <class Row>
void* entry_of() noexcept
{
    return reinterpret_cast<void*>(+Row::entry);
}
constinit const VariadicEntry variadic_entries[] = {
#define CALL(symbol, ...)
#define CALL_AS(symbol, signature, ...)
#define CALL_VIA(symbol, signature, twin, ...)                                                                         \
    {calls::id_##symbol, &entry_of<Formatted<signature, calls::id_##symbol, calls::id_##twin>>},
#define CALL_LIST(symbol, twin, ...) {calls::id_##symbol, &entry_of<Listed<calls::id_##symbol, calls::id_##twin>>},
#include "calls/all.def"
};

/// What a call has not used of the budgets that it drew from is given back.
Word settled(const engine::Call& call, engine::Verdict& verdict, const Word* words, Word result) noexcept
{
    engine::settle(verdict, effects::transferred(call, words, result));
    return result;
}

Word perform_metered(const engine::Call& call, engine::Verdict& verdict, Word* words)
{
    return settled(call, verdict, words, thunk_of(call.row)(words));
}

Word strike(const engine::Call& call, engine::Verdict& verdict, Word* words, Thunk perform)
{
    const Word result = effects::strike({call, verdict, words, perform});
    const Word told = verdict.meter_count != 0 ? settled(call, verdict, words, result) : result;
    engine::carried_out(verdict);
    return told;
}

Word strike(const engine::Call& call, engine::Verdict& verdict, Word* words)
{
    return strike(call, verdict, words, thunk_of(call.row));
}

/// A call through syscall() that no fault on `syscall` itself has struck: judged as the function that means the same.
/// Returns the real syscall(), to go on with the same arguments, or nullptr where the result is the first word.
[[gnu::noinline]] void* judge_number(Word* words, const void* caller) // its frame is no other call's
{
    const auto row = row_of_number(words[0]);
    const bool seals = words[0] == SYS_prctl || words[0] == SYS_seccomp;
    if (row != calls::row_count) resolve(row); // its own symbol may not have been called yet
    if (row == calls::row_count) {
        if (!seals && ways[calls::id_syscall] == by_door) return reals[calls::id_syscall];
        words[0] = thunk_of(calls::id_syscall)(words); // also a wait on a futex has a time
        return nullptr;
    }
    Word* const arguments = words + 1;
    const engine::Call call{row, arguments, caller};
    engine::Verdict verdict;
    if (strikes(call, verdict)) {
        words[0] = strike(call, verdict, arguments);
        return nullptr;
    }
    if (verdict.meter_count != 0) {
        words[0] = perform_metered(call, verdict, arguments);
        return nullptr;
    }
    if (auto alias = alias_of(words); alias.row != calls::row_count) {
        const engine::Call as_another{alias.row, alias.words, caller};
        if (strikes(as_another, verdict)) {
            words[0] = strike(as_another, verdict, alias.words, &perform_alias);
            return nullptr;
        }
    }
    // What the engine has to learn from the call it learns by the function's own way.
    if ((ways[row] & ways[calls::id_syscall] & ~by_door) != 0) { // or by those who see it at syscall() itself
        words[0] = thunk_of(calls::id_syscall)(words);
        return nullptr;
    }
    if (ways[row] == 0) return reals[calls::id_syscall];
    words[0] = thunk_of(row)(arguments);
    return nullptr;
}

/// What an armed row's slot leads to.
void* gate_of(calls::Id row) noexcept
{
    for (const auto& variadic : variadic_entries)
        if (variadic.row == row) return variadic.address();
    return faultline_stubs[row];
}

/// Points the slot of a row that was found at what it is to lead to, unless it leads there. A thread that has set it meanwhile
/// is right: a row that is armed at this moment stays so.
void settle(calls::Id row) noexcept
{
    void* const real = reals[row];
    void* const gate = gate_of(row);
    void* now = __atomic_load_n(end_of(row), __ATOMIC_ACQUIRE);
    if (now == real || now == gate) return;
    void* const next = __atomic_load_n(&armed[row], __ATOMIC_SEQ_CST) != 0 ? gate : real;
    __atomic_compare_exchange_n(end_of(row), &now, next, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED);
}

} // namespace

void* resolve(calls::Id row) noexcept
{
    // Threads may race here: all of them find the same address.
    if (__atomic_load_n(&reals[row], __ATOMIC_ACQUIRE) == nullptr) {
        void* const found = find_real(row);
        __atomic_store_n(&reals[row], found != nullptr ? found : reinterpret_cast<void*>(&missing), __ATOMIC_SEQ_CST);
        settle(row);
    }
    return reals[row];
}

void arm_row(calls::Id row) noexcept
{
    __atomic_store_n(&armed[row], std::uint8_t{1}, __ATOMIC_SEQ_CST);
    if (asks_loader(row)) resolve(row);
    if (__atomic_load_n(&reals[row], __ATOMIC_SEQ_CST) != nullptr) set_slot(row, gate_of(row));
}

void disarm_row(calls::Id row) noexcept
{
    __atomic_store_n(&armed[row], std::uint8_t{0}, __ATOMIC_SEQ_CST);
    if (reals[row] != nullptr) set_slot(row, reals[row]);
}

bool watch_rows() noexcept
{
#ifdef FAULTLINE_WATCHES
    for (std::uint16_t row = 0; row < calls::row_count; ++row)
        faultline_beyond[row] = faultline_slots[row];
    watched = true;
    for (std::uint16_t row = 0; row < calls::row_count; ++row)
        __atomic_store_n(&faultline_slots[row], static_cast<void*>(faultline_watches[row]), __ATOMIC_RELEASE);
#endif
    return watched;
}

Word strike_or_perform(const engine::Call& call, Word* words)
{
    engine::Verdict verdict;
    if (strikes(call, verdict)) [[unlikely]]
        return strike(call, verdict, words);
    if (verdict.meter_count != 0) [[unlikely]]
        return perform_metered(call, verdict, words);
    return thunk_of(call.row)(words);
}

} // namespace faultline::hook

using namespace faultline;

extern "C" {

/// Finds what a slot leads to, for the first call through it. A signal's handler may come here while the thread that it
/// interrupted has the address and has yet to set the slot.
[[gnu::visibility("hidden")]] void faultline_resolve(void** slot)
{
    const auto row = hook::row_of(slot);
    hook::resolve(row);
    hook::settle(row);
}

/// Another plan is in force than the one that a watch knows of.
[[gnu::visibility("hidden")]] void faultline_take_over() { hook::take_over(); }

/// The gate's question about a call of an armed row. Returns the real function, to go on with the same arguments, or
/// nullptr: the call was made or replaced, and its result is the first word.
[[gnu::visibility("hidden")]] void* faultline_enter(void** slot, hook::Word* words, const void* caller)
{
    const auto row = hook::row_of(slot);
    const engine::Call call{row, words, caller};
    engine::Verdict verdict;
    if (hook::strikes(call, verdict)) [[unlikely]]
        words[0] = hook::strike(call, verdict, words);
    else if (verdict.meter_count != 0) [[unlikely]]
        words[0] = hook::perform_metered(call, verdict, words);
    else if (hook::ways[row] == 0)
        return hook::reals[row];
    else if (calls::table[row].tracks == calls::Tracks::loads) { // the loader goes by its caller's address
        hook::note_load(row, words);
        return hook::reals[row];
    } else if (row == calls::id_syscall)
        return hook::judge_number(words, caller);
    else
        words[0] = hook::thunk_of(row)(words);
    return nullptr;
}
}
