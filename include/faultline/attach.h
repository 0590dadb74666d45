/* Changes a run of `faultline run --control` from another program: a test that drives a server, for example. Each function
 * runs `faultline ctl` and waits for it, so what docs/control.md says of its verbs holds here too. The command is the
 * one that FAULTLINE_COMMAND names, or `faultline` along PATH; faults do not strike it where the caller is under some.
 *
 *     char name[64];
 *     if (faultline_ctl("4242", (const char*[]){"add", "write:errno=ENOSPC,name=disk", NULL}, name, sizeof name) != 0)
 *         fprintf(stderr, "%s", name);
 *
 * Needs no library. From any thread, not from a signal handler. */
#ifndef FAULTLINE_ATTACH_H
#define FAULTLINE_ATTACH_H

/* NOLINTBEGIN: C, in a header */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FAULTLINE_ATTACH_WORDS 32

/* Whether a variable would have faults strike the command. */
static inline int faultline_ctl_leaves_out(const char* variable)
{
    static const char* const names[] = {"LD_PRELOAD=", "FAULT_CONFIG=", "FAULT_CONTROL=", "FAULT_PLAN="};
    for (size_t i = 0; i < sizeof names / sizeof *names; ++i)
        if (strncmp(variable, names[i], strlen(names[i])) == 0) return 1;
    return 0;
}

/* Performs a verb: `words` are it and what stands behind it, NULL at the end, at most FAULTLINE_ATTACH_WORDS of them.
 * `target`: a process, a program's name, or the run's directory. Returns the exit status of `faultline ctl`: 0 done, 1 some
 * process has not taken it over, or a wait in vain; 125 it cannot be done; 127 there is no such command. `answer` gets
 * what it said, cut to `room` with its NUL; it may be NULL. */
static inline int faultline_ctl(const char* target, const char* const* words, char* answer, size_t room)
{
    extern char** environ;
    const char* command = getenv("FAULTLINE_COMMAND");
    if (command == NULL || *command == '\0') command = "faultline";
    const char* arguments[FAULTLINE_ATTACH_WORDS + 4] = {command, "ctl", target};
    size_t count = 3;
    for (; *words != NULL && count < FAULTLINE_ATTACH_WORDS + 3; ++words)
        arguments[count++] = *words;

    size_t variables = 0;
    while (environ[variables] != NULL)
        ++variables;
    char** const environment = (char**)malloc((variables + 1) * sizeof(char*));
    int ends[2];
    if (room != 0 && answer != NULL) *answer = '\0';
    if (environment == NULL) return 125;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        free(environment);
        return 125;
    }
    size_t kept = 0;
    for (size_t i = 0; i < variables; ++i)
        if (!faultline_ctl_leaves_out(environ[i])) environment[kept++] = environ[i];
    environment[kept] = NULL;

    posix_spawn_file_actions_t actions;
    pid_t child = -1;
    int error = posix_spawn_file_actions_init(&actions);
    if (error == 0) {
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
        posix_spawn_file_actions_adddup2(&actions, ends[1], 2);
        error = posix_spawnp(&child, command, &actions, NULL, (char* const*)arguments, environment);
        posix_spawn_file_actions_destroy(&actions);
    }
    free(environment);
    close(ends[1]);
    size_t length = 0;
    for (char byte; error == 0;) {
        const ssize_t got = read(ends[0], &byte, 1);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        if (answer != NULL && length + 1 < room) {
            answer[length++] = byte;
            answer[length] = '\0';
        }
    }
    close(ends[0]);
    if (error != 0) return 127;
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 125;
}

#ifdef __cplusplus
}
#endif
/* NOLINTEND */

#endif
