# P29: every way to end × alone, with threads that go on, as a forked child, as an executed image: whatever was injected is in
# the record, to the last one.
. "${0%/*}/../cli/lib.sh"
program host -pthread <<'END2' || fail "cc: $(cat host.log)"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
static atomic_int struck;
static void strike(int times)
{
    while (times-- > 0) struck += fsync(1) == -1 && errno == EIO;
}
static void* outlive(void* unused)
{
    strike(20);
    for (;;) pause();
    return unused;
}
static int end(const char* how, char** argv)
{
    if (strcmp(how, "exit") == 0) exit(7);
    if (strcmp(how, "_exit") == 0) _exit(7);
    if (strcmp(how, "_Exit") == 0) _Exit(7);
    if (strcmp(how, "quick_exit") == 0) quick_exit(7);
    if (strcmp(how, "abort") == 0) abort();
    if (strcmp(how, "exit_group") == 0) syscall(SYS_exit_group, 7);
    if (strcmp(how, "segv") == 0) *(volatile int*)0 = 1;
    if (strcmp(how, "exec") == 0) execl(argv[0], argv[0], "return", "alone", NULL);
    if (strncmp(how, "SIG", 3) == 0) kill(getpid(), how[3] == 'K' ? SIGKILL : SIGTERM), pause();
    return 7; // "return"
}
int main(int argc, char** argv)
{
    if (argc != 3) return 1;
    strike(10);
    if (strcmp(argv[2], "threads") == 0) {
        pthread_t thread;
        for (int i = 0; i < 3; ++i) pthread_create(&thread, 0, outlive, 0);
        while (struck < 70) {}
    }
    if (strcmp(argv[2], "executed") == 0) execl(argv[0], argv[0], argv[1], "alone", NULL);
    if (strcmp(argv[2], "forked") == 0) {
        const pid_t child = fork();
        int status = 0;
        if (child != 0) return waitpid(child, &status, 0) == child ? 0 : 2;
        strike(10);
    }
    return end(argv[1], argv);
}
END2
# One Python for all: report.json of each run, and how many strikes it has to hold.
: >counts
for how in return exit _exit _Exit quick_exit abort exit_group segv SIGKILL SIGTERM exec; do
    case $how in abort) own=134 ;; segv) own=139 ;; SIGKILL) own=137 ;; SIGTERM) own=143 ;; *) own=7 ;; esac
    for shape in alone threads forked executed; do
        case $shape in alone) count=10 ;; threads) count=70 ;; *) count=20 ;; esac
        [ $how != exec ] || count=$((count + 10))
        faultline run -f 'fsync:EIO' --report -o report.json -- "$PWD/host" $how $shape
        if [ $shape = forked ]; then expect 0; else expect $own; fi
        mv report.json "$how-$shape.json"
        echo "$how-$shape.json $count" >>counts
        left_nothing
    done
done
python3 - <<'END2' || fail 'a record does not hold what it should'
import json
for line in open("counts"):
    name, count = line.split()[0], int(line.split()[1])
    d = json.load(open(name))
    fault = d["faults"]["fsync-errno"]
    kept = sum(len(p["events"]) for p in d["processes"])
    assert (fault["triggered"], fault["errors"], kept) == (count, {"EIO": count}, count), (name, count, fault, kept)
    assert "problems" not in d, (name, d["problems"])
END2
[ "$(wc -l <counts)" = 44 ] || fail "$(wc -l <counts) runs"
