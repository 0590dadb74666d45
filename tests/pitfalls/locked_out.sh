# P31: a program that cuts itself off after its start: another root, another user, another directory, a umask that gives
# nothing, no descriptor to be had. It is struck as before, and its record is whole: at its end, or in its ledger.
. "${0%/*}/../cli/lib.sh"
program host -pthread <<'END2' || fail "cc: $(cat host.log)"
#include <errno.h>
#include <grp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
static void* strikes(void* count)
{
    for (long i = 0; i < (long)count; ++i)
        if (fsync(1) != -1 || errno != EIO) _exit(9);
    return 0;
}
int main(int argc, char** argv)
{
    const struct rlimit nothing = {0, 0};
    const char* const how = argc > 1 ? argv[1] : "";
    strikes((void*)10);
    if (strcmp(how, "chroot") == 0 && (chroot("/proc") != 0 || chdir("/") != 0)) return 8;
    if (strcmp(how, "user") == 0 && (setgroups(0, 0) != 0 || setgid(65534) != 0 || setuid(65534) != 0)) return 8;
    if (strcmp(how, "directory") == 0 && chdir("/") != 0) return 8;
    if (strcmp(how, "umask") == 0) umask(0777);
    if (strcmp(how, "descriptors") == 0 && setrlimit(RLIMIT_NOFILE, &nothing) != 0) return 8;
    pthread_t threads[20]; // more than the ledger has room for at first, and more events
    for (int i = 0; i < 20; ++i)
        if (pthread_create(&threads[i], 0, strikes, (void*)20) != 0) return 7;
    for (int i = 0; i < 20; ++i) pthread_join(threads[i], 0);
    return 4;
}
END2
for how in directory umask descriptors chroot user; do
    case $how in chroot | user) [ "$(id -u)" = 0 ] || { echo "skipped: $how needs root" && continue; } ;; esac
    faultline run -f 'fsync:EIO' --report -o report.json -- ./host $how
    expect 4
    holds report.json 'd["stats"]["processes"] == 1' 'd["faults"]["fsync-errno"]["triggered"] == 410' \
        'd["faults"]["fsync-errno"]["errors"] == {"EIO": 410}' \
        'len(d["processes"][0]["events"]) + d["processes"][0]["events_dropped"] == 410'
    [ $how != umask ] || left_nothing
done
