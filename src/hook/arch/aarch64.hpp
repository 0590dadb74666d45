// The same as x86_64.hpp, for aarch64.
#pragma once

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
)");

asm(R"(
    .pushsection .text
    .p2align 5
    .type faultline_gate,%function
faultline_gate:
    .cfi_startproc
    stp x29, x30, [sp, #-96]!
    .cfi_def_cfa_offset 96
    .cfi_offset x29, -96
    .cfi_offset x30, -88
    mov x29, sp
    stp x0, x1, [sp, #16]
    stp x2, x3, [sp, #32]
    stp x4, x5, [sp, #48]
    stp x6, x7, [sp, #64]
    mov x0, x17
    add x1, sp, #16
    mov x2, x30
    bl faultline_enter
    mov x16, x0
    ldp x0, x1, [sp, #16]
    ldp x2, x3, [sp, #32]
    ldp x4, x5, [sp, #48]
    ldp x6, x7, [sp, #64]
    ldp x29, x30, [sp], #96
    .cfi_restore x29
    .cfi_restore x30
    .cfi_def_cfa_offset 0
    cbz x16, 1f
    br x16
1:
    ret
    .cfi_endproc
    .size faultline_gate, .-faultline_gate
    .popsection

    .pushsection .faultline_slots,"aw",%progbits
    .balign 64
    .hidden faultline_slots
    .globl faultline_slots
faultline_slots:
    .popsection
    .pushsection .text.faultline_stubs,"ax",%progbits
    .balign 16
    .hidden faultline_stubs
    .globl faultline_stubs
faultline_stubs:
    .popsection
)");

#define EXPORT(symbol)                                                                                                 \
    asm(".pushsection .faultline_slots,\"aw\",%progbits\n"                                                             \
        ".Lslot_" #symbol ": .quad .Lfirst_" #symbol "\n"                                                              \
        ".popsection\n"                                                                                                \
        ".pushsection .text.faultline_stubs,\"ax\",%progbits\n"                                                        \
        "bti c\n"                                                                                                      \
        "adrp x17, .Lslot_" #symbol "\n"                                                                               \
        "add x17, x17, :lo12:.Lslot_" #symbol "\n"                                                                     \
        "b faultline_gate\n"                                                                                           \
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
        ".popsection\n")
