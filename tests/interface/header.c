/* The C interface, from C, in every call of it. */
#include <faultline/faultline.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define IS(expression, value)                                                                                          \
    do {                                                                                                               \
        const long long got = (long long)(expression);                                                                 \
        if (got != (long long)(value)) {                                                                               \
            printf("%s:%d: %s is %lld, not %lld\n", __FILE__, __LINE__, #expression, got, (long long)(value));         \
            return 1;                                                                                                  \
        }                                                                                                              \
    } while (0)

int main(void)
{
    char why[200] = "";
    char json[8192];
    faultline_event event;
    faultline_strike strike;
    IS(faultline_present(), 1);
    IS(strcmp(faultline_version(), "0.1.0"), 0);
    IS(faultline_check("name = 'x'\nfunctions = ['f']\ntype = 'errno'\nerrno = 'EWRONG'\n", 1, why, sizeof why), -1);
    IS(strncmp(why, "4:9: unknown errno 'EWRONG'", 27), 0);

    faultline_injector* const injector = faultline_new(42);
    IS(faultline_add(injector, "name = 'x'\nfunctions = ['f']\ntype = 'errno'\nerrno = 'EIO'\non = 2\n", why,
                     sizeof why),
       0);
    faultline_function* const f = faultline_function_named(injector, "f");
    IS(f == faultline_function_named(injector, "f"), 1);
    IS(f->armed, 1);
    IS(faultline_function_named(injector, "g")->armed, 0);
    IS(faultline_strikes(f, &strike), 0);
    IS(faultline_strikes(f, &strike), 1);
    IS(strike.type, FAULTLINE_ERRNO);
    IS(strike.error, EIO);
    IS(strcmp(strike.fault, "x"), 0);
    IS(faultline_injector_counts(injector).calls, 2);
    IS(faultline_injector_counts(injector).triggered, 1);
    IS(faultline_injector_events(injector, &event, 1), 1);
    IS(strcmp(event.target, "f"), 0);
    IS(event.match, 2);
    const size_t length = faultline_injector_json(injector, json, sizeof json);
    IS(length, strlen(json));
    IS(faultline_injector_json(injector, NULL, 0), length);
    IS(faultline_remove(injector, "x"), 0);
    IS(faultline_remove(injector, "x"), -1);
    IS(f->armed, 0);

    faultline_scope* const scope = faultline_begin(
        faultline_process(), "[[fault]]\nname = 'full'\nfunctions = ['write']\ntype = 'errno'\nerrno = 'ENOSPC'\n",
        FAULTLINE_TASK, 0, why, sizeof why);
    const int null = open("/dev/null", O_WRONLY);
    IS(write(null, "x", 1), 1);
    faultline_link* const link = faultline_enter_scope(scope);
    IS(write(null, "x", 1), -1);
    IS(errno, ENOSPC);
    faultline_enable(faultline_process(), 0);
    IS(write(null, "x", 1), 1);
    faultline_enable(faultline_process(), 1);
    faultline_leave_scope(link);
    IS(write(null, "x", 1), 1);
    IS(faultline_scope_counts(scope).calls, 2);
    IS(faultline_scope_events(scope, &event, 1), 1);
    IS(event.fd, null);
    IS(faultline_scope_json(scope, json, 10) > 10, 1);
    IS(strlen(json), 9);
    IS(faultline_begin(faultline_process(), "type = 'errno'", FAULTLINE_THREAD, 0, why, sizeof why) == NULL, 1);
    faultline_end(scope);

    faultline_scope* const starved = faultline_begin(
        faultline_process(),
        "name = 'none'\nfunctions = ['malloc', 'calloc', 'realloc']\ntype = 'errno'\nerrno = 'ENOMEM'\n", FAULTLINE_ALL,
        0, why, sizeof why);
    const unsigned long long before = faultline_injector_counts(faultline_process()).triggered;
    void* volatile memory = malloc(10);
    faultline_end(starved);
    IS(memory == NULL, 1);
    memory = malloc(10);
    IS(memory != NULL, 1);
    free(memory);
    IS(faultline_injector_counts(faultline_process()).triggered, before + 1);
    faultline_clear(injector);
    faultline_seed(injector, 1);
    faultline_free(injector);
    return 0;
}
