# Selectors and numberings hold through the kernel's door as through the preload: by descriptor and its reuse, by thread's
# name, peer, kind, size, flags and program; over the run; sticky; budgets.
. "${0%/*}/lib.sh"
program numbers -pthread <<'END' || fail "$(cat numbers.log)"
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
static char bytes[100];
static void* named(void* name)
{
    prctl(PR_SET_NAME, name);
    const int fd = open("data", O_RDWR);
    for (int i = 0; i < 5; ++i)
        (void)!pwrite(fd, bytes, 10, 0);
    close(fd);
    return 0;
}
int main(void)
{
    for (int round = 0; round < 4; ++round) { // the same number, another descriptor each time
        const int fd = open("data", O_RDWR | O_CREAT | (round == 3 ? O_APPEND : 0), 0644);
        const int other = dup2(fd, 50);
        for (int i = 0; i < 4; ++i) {
            (void)!write(fd, bytes, 10 + (unsigned)i);
            (void)!read(other, bytes, 10);
        }
        close(fd);
    }
    char* const names[] = {"worker", "other"};
    for (int i = 0; i < 2; ++i) {
        pthread_t thread;
        pthread_create(&thread, 0, named, names[i]);
        pthread_join(thread, 0);
    }
    for (int i = 0; i < 3; ++i) {
        if (fork() == 0) {
            const int fd = open("data", O_RDWR);
            for (int k = 0; k < 3; ++k)
                (void)!ftruncate(fd, 100);
            _exit(0);
        }
        wait(0);
    }
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr*)&address, size) != 0 || listen(listener, 5) != 0) return 1;
    getsockname(listener, (struct sockaddr*)&address, &size);
    for (int i = 0; i < 3; ++i) {
        const int client = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(client, (struct sockaddr*)&address, size) == 0) {
            const int server = accept(listener, 0, 0);
            (void)!send(client, "hello", 5, 0);
            (void)!recv(server, bytes, 5, 0);
            close(server);
        }
        close(client);
    }
    return 0;
}
END
for door in preload kernel; do
    faultline run --door $door --seed 5 -q -o $door.json \
        -f 'read:errno=EIO,on=2,count=fd,path=**/data' \
        -f 'write:errno=ENOSPC,size=12..,on=2,count=fd,sticky=fd,path=**/data' \
        -f 'open:errno=EACCES,flags=O_APPEND' \
        -f 'pwrite:errno=EIO,thread=work*' \
        -f 'ftruncate:errno=EFBIG,on=4..,count=run,program=numbers' \
        -f 'connect:errno=ECONNREFUSED,peer=127.0.0.0/8,on=2' \
        -f 'send:short,bytes=2,fd_kind=socket,peer=127.0.0.1' \
        -f 'recv:errno=EAGAIN,program=stranger' -- ./numbers
    expect 0
done
same_events preload.json kernel.json
holds kernel.json 'len(d["faults"]) == 8' \
    'all((f["triggered"] > 0) == (f.get("type") != "errno" or "recv" not in n) for n, f in d["faults"].items())'
left_nothing
