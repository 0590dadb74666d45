// What can only be said in assembly, for x86-64: the exported symbols, and the two ways out of them that lead to C++.
// Included by slots.cpp alone.
#pragma once

// Ways aside, to C++ and back, before a function's own body: they keep everything that may carry an argument.
asm(R"(
    .pushsection .text
    .macro FAULTLINE_ASIDE name, function
    .type \name,@function
\name:
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
    call \function
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
    .size \name, .-\name
    .endm
    FAULTLINE_ASIDE faultline_resolve_first, faultline_resolve
    FAULTLINE_ASIDE faultline_take_over_first, faultline_take_over
    .popsection
)");

// The way of an armed row: its arguments are laid out as words, and unless the call is struck they go back where they
// were and the real function takes over, as if it had been called: no frame of ours stays on the stack. %r11: the slot.
// Behind it the beginnings of two arrays in the order of the table: the slots, and stubs of 16 bytes that lead here.
asm(R"(
    .pushsection .text
    .p2align 5
    .type faultline_gate,@function
faultline_gate:
    .cfi_startproc
    pushq %rbp
    .cfi_def_cfa_offset 16
    .cfi_offset %rbp, -16
    movq %rsp, %rbp
    .cfi_def_cfa_register %rbp
    subq $64, %rsp
    movq %rdi, 0(%rsp)
    movq %rsi, 8(%rsp)
    movq %rdx, 16(%rsp)
    movq %rcx, 24(%rsp)
    movq %r8, 32(%rsp)
    movq %r9, 40(%rsp)
    movq 16(%rbp), %rax
    movq %rax, 48(%rsp)
    movq 24(%rbp), %rax
    movq %rax, 56(%rsp)
    movq %r11, %rdi
    movq %rsp, %rsi
    movq 8(%rbp), %rdx
    call faultline_enter
    testq %rax, %rax
    je 1f
    movq 0(%rsp), %rdi
    movq 8(%rsp), %rsi
    movq 16(%rsp), %rdx
    movq 24(%rsp), %rcx
    movq 32(%rsp), %r8
    movq 40(%rsp), %r9
    leave
    .cfi_remember_state
    .cfi_def_cfa %rsp, 8
    jmp *%rax
1:
    .cfi_restore_state
    movq 0(%rsp), %rax
    leave
    .cfi_def_cfa %rsp, 8
    ret
    .cfi_endproc
    .size faultline_gate, .-faultline_gate
    .popsection

    .pushsection .faultline_slots,"aw",@progbits
    .balign 64
    .hidden faultline_slots
    .globl faultline_slots
faultline_slots:
    .popsection
    .pushsection .faultline_beyond,"aw",@nobits
    .balign 64
    .hidden faultline_beyond
    .globl faultline_beyond
faultline_beyond:
    .popsection
    .pushsection .text.faultline_watches,"ax",@progbits
    .balign 16
    .hidden faultline_watches
    .globl faultline_watches
faultline_watches:
    .popsection
    .pushsection .text.faultline_stubs,"ax",@progbits
    .balign 16
    .hidden faultline_stubs
    .globl faultline_stubs
faultline_stubs:
    .popsection
)");

// A watch is what a slot leads to in a process that may be told of another plan while it runs: it looks whether there is
// one, and goes on to where the slot would lead without it.
#define FAULTLINE_WATCHES 1

#define EXPORT(symbol)                                                                                                 \
    asm(".pushsection .faultline_slots,\"aw\",@progbits\n"                                                             \
        ".Lslot_" #symbol ": .quad .Lfirst_" #symbol "\n"                                                              \
        ".popsection\n"                                                                                                \
        ".pushsection .text.faultline_stubs,\"ax\",@progbits\n"                                                        \
        "endbr64\n"                                                                                                    \
        "leaq .Lslot_" #symbol "(%rip), %r11\n"                                                                        \
        "jmp faultline_gate\n"                                                                                         \
        ".balign 16\n"                                                                                                 \
        ".popsection\n"                                                                                                \
        ".pushsection .faultline_beyond,\"aw\",@nobits\n"                                                              \
        ".Lbeyond_" #symbol ": .zero 8\n"                                                                              \
        ".popsection\n"                                                                                                \
        ".pushsection .text.faultline_watches,\"ax\",@progbits\n"                                                      \
        ".balign 64\n"                                                                                                 \
        "endbr64\n"                                                                                                    \
        "movq faultline_generation(%rip), %r11\n"                                                                      \
        "movl (%r11), %r11d\n"                                                                                         \
        "cmpl faultline_taken(%rip), %r11d\n"                                                                          \
        "je 1f\n"                                                                                                      \
        "call faultline_take_over_first\n"                                                                             \
        "1: jmp *.Lbeyond_" #symbol "(%rip)\n"                                                                         \
        ".balign 64\n"                                                                                                 \
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
        "leaq .Lslot_" #symbol "(%rip), %r11\n"                                                                        \
        "call faultline_resolve_first\n"                                                                               \
        "jmp .Lsymbol_" #symbol "\n"                                                                                   \
        ".popsection\n")
