#include "host.hpp"

#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/socket.h>
#include <sys/uio.h>

static int pair[2], listener, cleaned;
static sem_t semaphore;

static void cleanup(void*) { ++cleaned; }

static void block(long how)
{
    char bytes[8];
    iovec pieces[2] = {{bytes, 4}, {bytes + 4, 4}};
    msghdr message = {};
    message.msg_iov = pieces;
    message.msg_iovlen = 2;
    pollfd set = {pair[0], POLLIN, 0};
    switch (how) {
    case 0:
        read(pair[0], bytes, 8);
        break;
    case 1:
        readv(pair[0], pieces, 2);
        break;
    case 2:
        recv(pair[0], bytes, 8, 0);
        break;
    case 3:
        recvmsg(pair[0], &message, 0);
        break;
    case 4:
        accept(listener, nullptr, nullptr);
        break;
    case 5:
        poll(&set, 1, -1);
        break;
    case 6:
        sem_wait(&semaphore);
        break;
    case 7:
        waitpid(-1, nullptr, 0);
        break;
    default:
        pause();
    }
}

static void* wait_for_ever(void* how)
{
    pthread_cleanup_push(cleanup, nullptr);
    block((long)how);
    pthread_cleanup_pop(0);
    return nullptr;
}

int main()
{
    IS(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    listener = socket(AF_UNIX, SOCK_STREAM, 0);
    sa_family_t family = AF_UNIX; // an address of its own choice
    IS(bind(listener, (sockaddr*)&family, sizeof family) == 0 && listen(listener, 1) == 0, true);
    IS(sem_init(&semaphore, 0, 0), 0);
    const pid_t child = fork(); // for waitpid
    if (child == 0) {
        close(pair[1]);
        char byte;
        raw(SYS_read, pair[0], &byte, 1);
        syscall(SYS_exit_group, 0);
    }
    for (long how = 0; how < 9; ++how) {
        pthread_t thread;
        void* result = nullptr;
        IS(pthread_create(&thread, nullptr, wait_for_ever, (void*)how), 0);
        IS(pthread_cancel(thread), 0);
        IS(pthread_join(thread, &result), 0);
        IS(result == PTHREAD_CANCELED, true);
        IS(cleaned, how + 1);
    }
    close(pair[1]);
    REAP(child);
    return 0;
}
