#include "host.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

namespace {

/// What an edge-triggered loop is told of the descriptor, at once or never.
long told(int set, int fd)
{
    epoll_event event{};
    const int count = epoll_wait(set, &event, 1, 0);
    if (count == 1) IS(event.data.u64, 0xfeed'0000'0000'0000U + static_cast<unsigned>(fd));
    return count == 1 ? static_cast<long>(event.events) : 0;
}

int watched(int fd, unsigned events)
{
    const int set = epoll_create1(0);
    epoll_event event{};
    event.events = events;
    event.data.u64 = 0xfeed'0000'0000'0000U + static_cast<unsigned>(fd);
    IS(epoll_ctl(set, EPOLL_CTL_ADD, fd, &event), 0);
    return set;
}

} // namespace

int main()
{
    int pair[2];
    IS(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
    const int one = watched(pair[0], EPOLLIN | EPOLLET);
    const int two = watched(pair[0], EPOLLIN | EPOLLOUT | EPOLLET);
    const int once = watched(pair[0], EPOLLIN | EPOLLET | EPOLLONESHOT);
    const int other = watched(pair[1], EPOLLOUT | EPOLLET);
    told(two, pair[0]);
    told(other, pair[1]);

    char bytes[8] = {};
    IS(raw(SYS_write, pair[1], "abcd", 4), 4);
    IS(told(one, pair[0]), EPOLLIN);
    IS(told(two, pair[0]), EPOLLIN | EPOLLOUT);
    IS(told(once, pair[0]), EPOLLIN);
    IS(told(one, pair[0]), 0); // once
    told(other, pair[1]);

    GIVES(recv(pair[0], bytes, 8, 0), -1, EAGAIN); // held back by the fault
    IS(told(one, pair[0]), EPOLLIN);
    IS(told(two, pair[0]), EPOLLIN | EPOLLOUT);
    IS(told(once, pair[0]), 0);  // its host is to switch it on again
    IS(told(other, pair[1]), 0); // of another descriptor nothing is told

    IS(read(pair[0], bytes, 8), 1); // cut short: there is more
    IS(told(one, pair[0]), EPOLLIN);
    IS(told(two, pair[0]), EPOLLIN | EPOLLOUT);
    IS(told(once, pair[0]), 0);
    IS(read(pair[0], bytes, 8), 1);
    IS(read(pair[0], bytes, 8), 1);
    IS(told(one, pair[0]), EPOLLIN);
    IS(recv(pair[0], bytes, 8, 0), 1); // the last, whole
    IS(told(one, pair[0]), 0);

    int pipes[2];
    IS(pipe2(pipes, O_NONBLOCK), 0);
    const int of_pipe = watched(pipes[0], EPOLLIN | EPOLLET);
    IS(raw(SYS_write, pipes[1], "ab", 2), 2);
    IS(told(of_pipe, pipes[0]), EPOLLIN);
    IS(read(pipes[0], bytes, 8), 1);
    IS(told(of_pipe, pipes[0]), EPOLLIN);
    return 0;
}
