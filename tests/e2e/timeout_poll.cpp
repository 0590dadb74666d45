#include "host.hpp"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>

int main()
{
    int ends[2];
    IS(pipe(ends), 0);
    IS(write(ends[1], "x", 1), 1); // all of these would find something to read at once
    pollfd set[2] = {{ends[0], POLLIN, 77}, {-1, 0, 88}};
    GIVES(poll(set, 2, 3), 0, untouched);
    IS(set[0].revents == 0 && set[1].revents == 0 && set[0].events == POLLIN, true);
    set[0].revents = 77;
    timespec time = {0, 2000000};
    GIVES(ppoll(set, 1, &time, nullptr), 0, untouched);
    IS(set[0].revents, 0);
    GIVES(poll(set, 1, 0), 0, untouched);

    fd_set readable, exceptional;
    FD_ZERO(&readable);
    FD_SET(ends[0], &readable);
    exceptional = readable;
    timeval span = {0, 1000};
    GIVES(select(ends[1] + 1, &readable, nullptr, &exceptional, &span), 0, untouched);
    IS(FD_ISSET(ends[0], &readable) || FD_ISSET(ends[0], &exceptional), false);
    FD_SET(ends[0], &readable);
    GIVES(pselect(ends[1] + 1, &readable, nullptr, nullptr, &time, nullptr), 0, untouched);
    IS(FD_ISSET(ends[0], &readable), false);

    const int queue = epoll_create1(0);
    epoll_event event = {EPOLLIN, {}};
    IS(epoll_ctl(queue, EPOLL_CTL_ADD, ends[0], &event), 0);
    GIVES(epoll_wait(queue, &event, 1, 4), 0, untouched);
    GIVES(epoll_wait(queue, &event, 1, -1), 0, untouched);
    return 0;
}
