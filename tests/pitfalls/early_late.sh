# P2: a library of the program's, whose constructor runs before ours and whose destructor runs after everything of ours that
# could run last. Whatever it calls works, and is struck where the plan says so (arm = "load").
. "${0%/*}/../cli/lib.sh"
program dep.so -shared -fPIC -pthread <<'END2' || fail "cc: $(cat dep.so.log)"
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
static void* thread(void* unused) { return unused; }
static void everything(const char* when)
{
    char text[64];
    struct timespec now;
    struct addrinfo* found = 0;
    pthread_t id;
    const int fd = open("/etc/passwd", O_RDONLY);
    int wrong = read(fd, text, 10) != 10 || lseek(fd, 0, SEEK_CUR) != 10 || close(fd) != 0;
    FILE* const file = fopen("/etc/passwd", "r");
    wrong |= 2 * (file == 0 || fgets(text, sizeof text, file) == 0 || fclose(file) != 0);
    void* const page = mmap(0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    wrong |= 4 * (page == MAP_FAILED || munmap(page, 4096) != 0 || clock_gettime(CLOCK_REALTIME, &now) != 0);
    wrong |= 8 * (pthread_create(&id, 0, thread, 0) != 0 || pthread_join(id, 0) != 0);
    const pid_t child = fork();
    if (child == 0) _exit(0);
    wrong |= 16 * (child < 0 || waitpid(child, 0, 0) != child);
    wrong |= 32 * (getaddrinfo("127.0.0.1", "1", 0, &found) != 0);
    free(realloc(strdup(when), 1000));
    const int struck = fsync(-5) == -1 && errno == 5;
    dprintf(1, "%s %d %s\n", when, wrong, struck ? "struck" : "spared");
}
__attribute__((constructor)) static void begin(void) { everything("begin"); }
__attribute__((destructor)) static void end(void) { everything("end"); }
END2
echo 'int main(void) { return 0; }' | program host -Wl,--no-as-needed "$PWD/dep.so" -Wl,-rpath,"$PWD"
for arm in load main; do
    printf 'arm = "%s"\n[[fault]]\nname = "f"\nfunctions = "fsync"\ntype = "errno"\nerrno = "EIO"\n[[fault]]
name = "all"\nfunctions = "*"\ntype = "delay"\ndelay = "1ns"\n' $arm >plan.toml
    timeout 20 env LD_PRELOAD="$LIB" FAULT_CONFIG=plan.toml FAULT_STATS='s.%p.json' ./host >out 2>err || fail "$arm: status $?"
    says out 'begin 0 '
    says out 'end 0 struck'
done
