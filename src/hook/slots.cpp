// Turns rows of the table into exported symbols. A symbol is one indirect jump through its slot: no frame, no register
// touched, so that variadic arguments, cancellation, vfork and backtraces pass through, and a call that no plan names
// costs next to nothing. A slot leads first to code that finds the real function; then to that; then, where a plan names
// the row, to its hook.
#include "hook/slots.hpp"

#include "hook/declarations.hpp"
#include "hook/hook.hpp"
#include "hook/resolve.hpp"
#include "hook/variadic.hpp"

#include <cerrno>

extern "C" {
extern void* faultline_slots[faultline::calls::row_count];
/// Finds what a slot leads to, for the first call through it.
[[gnu::visibility("hidden")]] void faultline_resolve(void** slot)
{
    faultline::hook::resolve(static_cast<faultline::calls::Id>(slot - faultline_slots));
}
}

#if defined(__x86_64__)
// Called before a function's own body, so it keeps everything that may carry an argument.
asm(R"(
    .pushsection .text
    .type faultline_resolve_first,@function
faultline_resolve_first:
    .cfi_startproc
    pushq %rbp
    .cfi_def_cfa_offset 16
    .cfi_offset %rbp, -16
    movq %rsp, %rbp
    .cfi_def_cfa_register %rbp
    andq $-16, %rsp
    subq $192, %rsp
    movq %rdi, 0(%rsp)
    movq %rsi, 8(%rsp)
    movq %rdx, 16(%rsp)
    movq %rcx, 24(%rsp)
    movq %r8, 32(%rsp)
    movq %r9, 40(%rsp)
    movq %rax, 48(%rsp)
    movq %r10, 56(%rsp)
    movaps %xmm0, 64(%rsp)
    movaps %xmm1, 80(%rsp)
    movaps %xmm2, 96(%rsp)
    movaps %xmm3, 112(%rsp)
    movaps %xmm4, 128(%rsp)
    movaps %xmm5, 144(%rsp)
    movaps %xmm6, 160(%rsp)
    movaps %xmm7, 176(%rsp)
    movq %r11, %rdi
    call faultline_resolve
    movq 0(%rsp), %rdi
    movq 8(%rsp), %rsi
    movq 16(%rsp), %rdx
    movq 24(%rsp), %rcx
    movq 32(%rsp), %r8
    movq 40(%rsp), %r9
    movq 48(%rsp), %rax
    movq 56(%rsp), %r10
    movaps 64(%rsp), %xmm0
    movaps 80(%rsp), %xmm1
    movaps 96(%rsp), %xmm2
    movaps 112(%rsp), %xmm3
    movaps 128(%rsp), %xmm4
    movaps 144(%rsp), %xmm5
    movaps 160(%rsp), %xmm6
    movaps 176(%rsp), %xmm7
    leave
    .cfi_def_cfa %rsp, 8
    ret
    .cfi_endproc
    .size faultline_resolve_first, .-faultline_resolve_first
    .popsection
    .pushsection .faultline_slots,"aw",@progbits
    .balign 64
    .hidden faultline_slots
    .globl faultline_slots
faultline_slots:
    .popsection
)");
#define EXPORT(symbol)                                                                                                 \
    asm(".pushsection .faultline_slots,\"aw\",@progbits\n"                                                             \
        ".Lslot_" #symbol ": .quad .Lfirst_" #symbol "\n"                                                              \
        ".popsection\n"                                                                                                \
        ".pushsection .text\n"                                                                                         \
        ".p2align 4\n"                                                                                                 \
        ".globl " #symbol "\n"                                                                                         \
        ".type " #symbol ",@function\n" #symbol ":\n"                                                                  \
        ".Lsymbol_" #symbol ":\n"                                                                                      \
        "endbr64\n"                                                                                                    \
        "jmp *.Lslot_" #symbol "(%rip)\n"                                                                              \
        ".size " #symbol ",.-" #symbol "\n"                                                                            \
        ".Lfirst_" #symbol ":\n"                                                                                       \
        "endbr64\n"                                                                                                    \
        "leaq .Lslot_" #symbol "(%rip), %r11\n"                                                                         \
        "call faultline_resolve_first\n"                                                                               \
        "jmp .Lsymbol_" #symbol "\n"                                                                                   \
        ".popsection\n");
#elif defined(__aarch64__)
asm(R"(
    .pushsection .text
    .type faultline_resolve_first,%function
faultline_resolve_first:
    stp x29, x30, [sp, #-224]!
    mov x29, sp
    stp x0, x1, [sp, #16]
    stp x2, x3, [sp, #32]
    stp x4, x5, [sp, #48]
    stp x6, x7, [sp, #64]
    str x8, [sp, #80]
    stp q0, q1, [sp, #96]
    stp q2, q3, [sp, #128]
    stp q4, q5, [sp, #160]
    stp q6, q7, [sp, #192]
    mov x0, x17
    bl faultline_resolve
    ldp x0, x1, [sp, #16]
    ldp x2, x3, [sp, #32]
    ldp x4, x5, [sp, #48]
    ldp x6, x7, [sp, #64]
    ldr x8, [sp, #80]
    ldp q0, q1, [sp, #96]
    ldp q2, q3, [sp, #128]
    ldp q4, q5, [sp, #160]
    ldp q6, q7, [sp, #192]
    ldp x29, x30, [sp], #224
    ret
    .size faultline_resolve_first, .-faultline_resolve_first
    .popsection
    .pushsection .faultline_slots,"aw",%progbits
    .balign 64
    .hidden faultline_slots
    .globl faultline_slots
faultline_slots:
    .popsection
)");
#define EXPORT(symbol)                                                                                                 \
    asm(".pushsection .faultline_slots,\"aw\",%progbits\n"                                                             \
        ".Lslot_" #symbol ": .quad .Lfirst_" #symbol "\n"                                                              \
        ".popsection\n"                                                                                                \
        ".pushsection .text\n"                                                                                         \
        ".p2align 4\n"                                                                                                 \
        ".globl " #symbol "\n"                                                                                         \
        ".type " #symbol ",%function\n" #symbol ":\n"                                                                  \
        ".Lsymbol_" #symbol ":\n"                                                                                      \
        "bti c\n"                                                                                                      \
        "adrp x16, .Lslot_" #symbol "\n"                                                                               \
        "ldr x16, [x16, :lo12:.Lslot_" #symbol "]\n"                                                                   \
        "br x16\n"                                                                                                     \
        ".size " #symbol ",.-" #symbol "\n"                                                                            \
        ".Lfirst_" #symbol ":\n"                                                                                       \
        "bti c\n"                                                                                                      \
        "adrp x17, .Lslot_" #symbol "\n"                                                                               \
        "add x17, x17, :lo12:.Lslot_" #symbol "\n"                                                                     \
        "stp x29, x30, [sp, #-16]!\n"                                                                                  \
        "bl faultline_resolve_first\n"                                                                                 \
        "ldp x29, x30, [sp], #16\n"                                                                                    \
        "b .Lsymbol_" #symbol "\n"                                                                                     \
        ".popsection\n");
#else
#error "Faultline knows how to export symbols on x86-64 and aarch64 only"
#endif

#define CALL(symbol, ...) EXPORT(symbol)
#include "calls/all.def"

namespace faultline::hook {

void* reals[calls::row_count];

namespace {

/// As a function, because the address of a typed function as void* is no constant expression, and a table that had to be
/// filled at start-up could be read before it is.
template <class Row>
void* entry_of() noexcept
{
    return reinterpret_cast<void*>(+Row::entry);
}

// Types here lose attributes such as nonnull, which say nothing about how arguments travel.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wignored-attributes"
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
using Entry = void* (*)() noexcept;
constinit const Entry entries[] = {
#define CALL(symbol, ...) &entry_of<Hook<decltype(::symbol), calls::id_##symbol>>,
#define CALL_AS(symbol, signature, ...) &entry_of<Hook<signature, calls::id_##symbol>>,
#define CALL_VIA(symbol, signature, twin, ...) &entry_of<Formatted<signature, calls::id_##symbol, calls::id_##twin>>,
#define CALL_LIST(symbol, twin, ...) &entry_of<Listed<calls::id_##symbol, calls::id_##twin>>,
#include "calls/all.def"
};
#pragma GCC diagnostic pop

void set_slot(std::uint16_t row, void* to) noexcept { __atomic_store_n(&faultline_slots[row], to, __ATOMIC_RELEASE); }

/// Stands in for a function that this libc lacks.
long missing()
{
    errno = ENOSYS;
    return -1;
}

} // namespace

void* resolve(calls::Id row) noexcept
{
    // Threads may race here: all of them find the same address.
    if (reals[row] == nullptr) {
        void* const found = find_real(row);
        __atomic_store_n(&reals[row], found != nullptr ? found : reinterpret_cast<void*>(&missing), __ATOMIC_RELEASE);
        set_slot(row, reals[row]);
    }
    return reals[row];
}

void arm_row(calls::Id row) noexcept
{
    resolve(row);
    set_slot(row, entries[row]());
}

} // namespace faultline::hook
