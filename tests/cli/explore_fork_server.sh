# The fork server of an exploration: it is refused, with its reason, where a child of it would not be what a new process
# is, and nothing of it is left in a child.
. "$(dirname "$0")/lib.sh"
command -v g++ >/dev/null || skip "there is no g++"

cat > constructor.cpp <<'END'
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
static bool is(const char* kind) { return strcmp(getenv("KIND"), kind) == 0; }
static void* rest(void*) { pause(); return nullptr; }
static struct Constructor {
    Constructor()
    {
        pthread_t thread;
        timer_t timer;
        sigevent silent{};
        silent.sigev_notify = SIGEV_NONE;
        const itimerval later{{0, 0}, {1000, 0}};
        const auto map = [](int flags) { return mmap(nullptr, 4096, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0); };
        if (is("thread")) pthread_create(&thread, nullptr, rest, nullptr);
        if (is("open")) static_cast<void>(open("/dev/null", O_RDONLY));
        if (is("close")) close(0);
        if (is("write")) static_cast<void>(write(1, "early\n", 6));
        if (is("buffer")) printf("early\n");
        if (is("chdir")) static_cast<void>(chdir("/"));
        if (is("handler")) signal(SIGUSR1, [](int) {});
        if (is("ignore")) signal(SIGUSR1, SIG_IGN);
        if (is("itimer")) setitimer(ITIMER_REAL, &later, nullptr);
        if (is("timer")) timer_create(CLOCK_MONOTONIC, &silent, &timer);
        if (is("fork") && fork() == 0) _exit(0);
        if (is("fork")) wait(nullptr);
        if (is("shared")) map(MAP_SHARED);
        if (is("locked")) mlock(map(MAP_PRIVATE), 4096);
        if (is("wiped")) madvise(map(MAP_PRIVATE), 4096, MADV_WIPEONFORK);
        if (is("file")) close(creat("early.txt", 0600));
    }
    ~Constructor()
    {
        if (is("late")) free(malloc(77)); // after main; still the record's
    }
} constructor;

static void tell(const char* what, long number) { printf("%s %ld\n", what, number); }

int main(int, char** argv, char** envp)
{
    free(malloc(7));
    if (is("exec") && argv[1] == nullptr) {
        char* again[] = {argv[0], const_cast<char*>("again"), nullptr};
        execv(argv[0], again);
    }
    if (is("killer")) kill(-1, SIGKILL); // also the fork server
    if (is("leaver") && fork() == 0) pause();
    // All that a new process could be told by.
    tell("pid", getpid());
    tell("ppid", getppid());
    tell("tid", gettid());
    tell("pgid", getpgid(0));
    tell("sid", getsid(0));
    tell("umask", umask(0));
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutex_t mutex;
    pthread_mutex_init(&mutex, &attributes);
    pthread_mutex_lock(&mutex);
    tell("owner", mutex.__data.__owner); // as libc knows the thread's number
    for (int fd = 0; fd < 64; ++fd)
        if (fcntl(fd, F_GETFD) >= 0) tell("descriptor", fd), tell("at", lseek(fd, 0, SEEK_CUR)), tell("flags", fcntl(fd, F_GETFL));
    for (int limit = 0; limit < RLIM_NLIMITS; ++limit) {
        rlimit both{};
        getrlimit(static_cast<__rlimit_resource>(limit), &both);
        tell("limit", static_cast<long>(both.rlim_cur));
    }
    for (int number = 1; number < NSIG; ++number) {
        struct sigaction action{};
        sigset_t mask;
        if (sigaction(number, nullptr, &action) == 0) tell("action", action.sa_handler == SIG_DFL ? 0 : action.sa_handler == SIG_IGN ? 1 : 2);
        sigprocmask(SIG_SETMASK, nullptr, &mask);
        tell("blocked", sigismember(&mask, number));
    }
    char path[4096];
    puts(getcwd(path, sizeof path));
    for (char** entry = envp; *entry != nullptr; ++entry)
        if (strncmp(*entry, "FAULT_FORK", 10) == 0 || (strncmp(*entry, "FAULT_", 6) != 0 && strncmp(*entry, "LD_", 3) != 0)) puts(*entry);
    tell("same environment", envp == environ);
    int tasks = 0;
    if (DIR* const directory = opendir("/proc/self/task")) {
        while (readdir(directory) != nullptr)
            ++tasks;
        closedir(directory);
    }
    tell("threads", tasks - 2);
    rusage used{};
    getrusage(RUSAGE_CHILDREN, &used);
    tell("children", used.ru_maxrss);
    return 0;
}
END
g++ -O1 -pthread -o "$work/constructor" constructor.cpp # outside of what the runs find empty

# explored KIND WAY: explores a few points; leaves nothing behind in the directory.
explored() {
    rm -rf "$work/found"
    faultline explore -q -j1 --sample 3 --empty --env KIND="$1" --fork-server "$2" -o "$work/found" -- "$work/constructor"
    [ "$status" -le 1 ] || [ "$2" = on ] || fail "KIND=$1 --fork-server $2: exit status $status"
}

# A program to which nothing speaks against it: what main sees is the same, or the baseline would not agree.
for kind in none buffer ignore late; do
    explored $kind on
    [ "$status" -le 1 ] || fail "KIND=$kind is refused"
    says_not out "not begun by the fork server"
    says_not out "is masked"
done

# The program may lie in the directory of which each job has a copy of its own.
mkdir holds_it
cp "$work/constructor" holds_it
faultline explore -q -j2 --sample 3 -w holds_it --env KIND=none --fork-server on -o "$work/found" -- ./constructor
[ "$status" -le 1 ] || fail "a program in the directory that is copied is refused"
rm -rf holds_it

# Every reason, in the summary; with `on` it is a mistake.
while read -r kind reason; do
    explored "$kind" auto
    says out "no fork server: $reason"
    explored "$kind" off
    says_not out "fork server"
done <<'END'
thread its constructors begin threads (2 run before main)
open its constructors open or close descriptors
close its constructors open or close descriptors (descriptor 0)
write its constructors use a standard stream (descriptor 1)
chdir its constructors change the working directory
handler its constructors handle a signal (number 10)
itimer its constructors start a timer
timer its constructors start a timer
fork its constructors start processes
shared its constructors make memory that a child would share
locked its constructors make memory that a child would share
wiped its constructors make memory that a child would share
file a run that it begins has another result
exec the program executes another one in its own place
END
explored thread on
expect 125
says err "--fork-server=on: runs cannot be begun by a fork server: its constructors begin threads"
faultline explore -q --fork-server maybe -- true
expect 125
says err "--fork-server is 'maybe'; write auto, on or off"

# What a run leaves behind takes the server with it, and the next run has another.
for kind in leaver killer; do
    explored $kind on
    [ "$status" -le 1 ] || fail "KIND=$kind is refused"
    says_not out "not begun by the fork server"
done
