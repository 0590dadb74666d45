/* Fault injection inside a program: into functions of its own, and into the libc calls that it makes.
 *
 * Faults are written as in a plan's TOML: one or more [[fault]] tables, or only the lines of one such table. Every call
 * may be made from any thread, none from a signal handler. Where a call can fail it returns NULL or -1 and writes why
 * into `why`, which may be NULL.
 *
 * The library is libfaultline.so: linked with the program, or preloaded. In a program without it these symbols are
 * null: ask faultline_present() first. The C++ header does, and then does nothing. */
#ifndef FAULTLINE_FAULTLINE_H
#define FAULTLINE_FAULTLINE_H

/* NOLINTBEGIN(modernize-*): C */
#include "ack.h"

#include <stddef.h>
#include <stdint.h>

/* Weak, so that a program links without the library; and reached only through the linker's table, because a call by
 * its name would be bound to nothing at link time and never reach a preloaded library. */
#if defined(FAULTLINE_LINKED) && !defined(FAULTLINE_API)
#define FAULTLINE_API
#endif
#ifndef FAULTLINE_API
#if defined(__has_attribute)
#if __has_attribute(noplt)
#define FAULTLINE_API __attribute__((weak, noplt))
#endif
#endif
#endif
#ifndef FAULTLINE_API
#define FAULTLINE_API __attribute__((weak))
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef struct faultline_injector faultline_injector;
typedef struct faultline_scope faultline_scope;
typedef struct faultline_link faultline_link;

/* A function that faults can strike. `armed` is above 0 while some rule names it: look at it before anything else. */
typedef struct faultline_function {
    unsigned armed;
} faultline_function;

/* What is to happen to a call. Its delay is over already. */
enum faultline_type {
    FAULTLINE_ERRNO = 0,      /* fail with `error` */
    FAULTLINE_PROCEED = 1,    /* nothing more: it was a delay */
    FAULTLINE_TIMEOUT = 2,    /* say that time is up */
    FAULTLINE_CORRUPTION = 3, /* damage the result, a share `rate` of its parts, by draws from `draw` */
    FAULTLINE_RETURNS = 4,    /* return `returns` without doing anything */
    FAULTLINE_EXCEPTION = 5   /* throw; `error` is an errno or 0 */
};
typedef struct faultline_strike {
    int32_t type;
    int32_t error;
    int64_t returns;
    int32_t has_returns;
    double rate;
    uint64_t draw;     /* 64 random bits, the same for the same seed */
    const char* fault; /* its name; valid as long as the process lives */
} faultline_strike;

/* For whom a scope holds. */
enum faultline_where {
    FAULTLINE_THREAD = 0, /* the thread that begins it */
    FAULTLINE_ALL = 1,    /* every thread */
    FAULTLINE_TASK = 2,   /* the threads that have entered it, one after the other */
    FAULTLINE_OFF = 16    /* added to one of these: nothing is struck until the scope's switch is 1 */
};

typedef struct faultline_counts {
    uint64_t calls;     /* of functions that some fault names */
    uint64_t triggered; /* calls that were struck */
} faultline_counts;

/* One injected fault. Texts are cut to their room. */
typedef struct faultline_event {
    char fault[64], type[16], target[64];
    uint64_t call, match;
    double time;   /* seconds since the injector was made */
    int32_t error; /* an errno, or 0 */
    int32_t fd;    /* -1: none */
    double delay;  /* seconds */
    uint64_t size; /* bytes asked for */
    uint64_t bytes, offset;
    char path[96], caller[64];
    uint32_t site;
} faultline_event;

/* "0.1.0" */
FAULTLINE_API const char* faultline_version(void);

/* Whether text is valid as faults: 0, or -1. `own`: on functions of one's own; 0: on libc's; -1: it is not decided yet,
 * and only what is wrong in any case is told. */
FAULTLINE_API int faultline_check(const char* faults, int own, char* why, size_t room);

/* An injector for functions of one's own; NULL without memory. */
FAULTLINE_API faultline_injector* faultline_new(uint64_t seed);
/* Its functions and scopes must not be used any more. */
FAULTLINE_API void faultline_free(faultline_injector* injector);
/* The injector over libc's functions; one for the process. Not to be freed. NULL where the library was loaded too late
 * for the program's calls to come to it (dlopen). */
FAULTLINE_API faultline_injector* faultline_process(void);

FAULTLINE_API int faultline_add(faultline_injector* injector, const char* faults, char* why, size_t room);
/* 0, or -1 where no fault of this name was added. */
FAULTLINE_API int faultline_remove(faultline_injector* injector, const char* name);
/* Takes out all faults that were added, and ends what its scopes do. */
FAULTLINE_API void faultline_clear(faultline_injector* injector);
/* 0: everything passes through; calls are still counted. */
FAULTLINE_API void faultline_enable(faultline_injector* injector, int on);
/* From now on; for faultline_process(), whose seed is else that of FAULT_SEED or the plan, or 0. */
FAULTLINE_API void faultline_seed(faultline_injector* injector, uint64_t seed);

/* The function of this name: the same one each time. It lives as long as its injector. */
FAULTLINE_API faultline_function* faultline_function_named(faultline_injector* injector, const char* name);
/* A call of it: 1 where it is struck, after its delay; else 0. */
FAULTLINE_API int faultline_strikes(faultline_function* function, faultline_strike* strike);

/* Begins a scope: its faults hold until faultline_end. `skip`: `on` starts to number after so many matches. */
FAULTLINE_API faultline_scope* faultline_begin(faultline_injector* injector, const char* faults, int where,
                                               uint64_t skip, char* why, size_t room);
FAULTLINE_API void faultline_end(faultline_scope* scope);
/* 1 while the scope's faults strike. A language whose calls need memory, which a scope may take away, begins a scope with
 * FAULTLINE_OFF and stores 1 here when it has all that leaving will need, then 0 to leave: a store needs nothing.
 * Valid until faultline_end, which is needed all the same; any thread may store. NULL where the scope is over. */
FAULTLINE_API uint32_t* faultline_scope_switch(faultline_scope* scope);
/* The calling thread works for the scope from here on, until it leaves. Only a FAULTLINE_TASK scope can be entered. */
FAULTLINE_API faultline_link* faultline_enter_scope(faultline_scope* scope);
FAULTLINE_API void faultline_leave_scope(faultline_link* link);

/* What was counted and injected: by the injector ever, or by one of its scopes. */
FAULTLINE_API faultline_counts faultline_injector_counts(faultline_injector* injector);
FAULTLINE_API faultline_counts faultline_scope_counts(faultline_scope* scope);
/* As JSON, in the form of the statistics file. Both write as much as there is room for, with a NUL at its end, and
 * return the length of the whole. */
FAULTLINE_API size_t faultline_injector_json(faultline_injector* injector, char* text, size_t room);
FAULTLINE_API size_t faultline_scope_json(faultline_scope* scope, char* text, size_t room);
/* Writes as many events as there is room for, and returns how many there are. */
FAULTLINE_API size_t faultline_injector_events(faultline_injector* injector, faultline_event* events, size_t room);
FAULTLINE_API size_t faultline_scope_events(faultline_scope* scope, faultline_event* events, size_t room);

/* Whether the library is there. */
static inline int faultline_present(void)
{
#ifdef FAULTLINE_LINKED
    return 1; /* the symbols are not weak: the address of one is never null */
#else
    return faultline_version != NULL;
#endif
}

#ifdef __cplusplus
}
#endif
/* NOLINTEND(modernize-*) */

#endif
