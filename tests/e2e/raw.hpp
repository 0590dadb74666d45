// A system call past every symbol, as inline assembly makes it: what the library cannot see.
#pragma once

#include <errno.h>
#include <sys/syscall.h>

namespace host {

inline long raw_words(long number, long a, long b, long c, long d, long e, long f)
{
#if defined(__x86_64__)
    long result;
    register long r10 asm("r10") = d;
    register long r8 asm("r8") = e;
    register long r9 asm("r9") = f;
    asm volatile("syscall"
                 : "=a"(result)
                 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                 : "rcx", "r11", "memory");
#elif defined(__aarch64__)
    register long x8 asm("x8") = number;
    register long result asm("x0") = a;
    register long x1 asm("x1") = b;
    register long x2 asm("x2") = c;
    register long x3 asm("x3") = d;
    register long x4 asm("x4") = e;
    register long x5 asm("x5") = f;
    asm volatile("svc 0" : "+r"(result) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
#endif
    if (result >= 0 || result < -4095) return result;
    errno = static_cast<int>(-result);
    return -1;
}

/// As syscall(), but seen by the kernel alone.
template <class... Arguments>
long raw(long number, Arguments... arguments)
{
    const long words[7] = {(long)arguments...};
    return raw_words(number, words[0], words[1], words[2], words[3], words[4], words[5]);
}

} // namespace host

using host::raw;
