// Cases for src/calls/thread.def: semaphores, and queues of messages, with names and without.
#include "thread.hpp"

#include <mqueue.h>
#include <semaphore.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>

namespace rows {
namespace {

sem_t semaphore;

int value_of(sem_t& any)
{
    int value = -1;
    sem_getvalue(&any, &value);
    return value;
}
void ready(unsigned value) { sem_init(&semaphore, 0, value); }

std::string own_name() { return "/faultline-rows-" + std::to_string(getpid()); }

/// A queue with one message in it, or standard input where the kernel has no queues.
struct Queue {
    std::string name = own_name();
    mqd_t id = -1;
    bool exists = true;
    Queue()
    {
        mq_attr sizes{};
        sizes.mq_maxmsg = 4;
        sizes.mq_msgsize = 16;
        id = mq_open(name.c_str(), O_RDWR | O_CREAT | O_NONBLOCK, 0600, &sizes);
        if (id < 0)
            exists = false, id = 0;
        else
            mq_send(id, "first", 5, 1);
    }
    ~Queue() { mq_unlink(name.c_str()); }
    [[nodiscard]] long waiting() const
    {
        mq_attr now{};
        return mq_getattr(id, &now) == 0 ? now.mq_curmsgs : 0;
    }
};

/// One System V semaphore with the value 1; it does not outlive its case.
struct Semaphores {
    int id = semget(IPC_PRIVATE, 1, 0600);
    Semaphores() { semctl(id, 0, SETVAL, 1); }
    ~Semaphores() { semctl(id, 0, IPC_RMID); }
    [[nodiscard]] int value() const { return semctl(id, 0, GETVAL); }
};

struct Letter {
    long type = 1;
    char text[6] = "hello";
};

struct Messages {
    int id = msgget(IPC_PRIVATE, 0600);
    ~Messages() { msgctl(id, IPC_RMID, nullptr); }
    [[nodiscard]] unsigned long waiting() const
    {
        msqid_ds state{};
        return msgctl(id, IPC_STAT, &state) == 0 ? state.msg_qnum : 0;
    }
};

const Case cases[] = {
    {"sem_open",
     [](Run& r) {
         const auto name = own_name();
         sem_t* const made = r.call<sem_t*(const char*, int, ...)>(r.path(name.c_str()), O_CREAT | O_EXCL, 0600, 3);
         r.effect(made != SEM_FAILED && value_of(*made) == 3);
         sem_unlink(name.c_str());
     }},
    {"sem_close",
     [](Run& r) {
         const auto name = own_name();
         sem_t* const made = sem_open(name.c_str(), O_CREAT, 0600, 3);
         sem_unlink(name.c_str());
         r.call<decltype(::sem_close)>(made);
     }},
    {"sem_unlink",
     [](Run& r) {
         const auto name = own_name();
         sem_open(name.c_str(), O_CREAT, 0600, 3);
         r.call<decltype(::sem_unlink)>(r.path(name.c_str()));
         r.effect(sem_unlink(name.c_str()) != 0);
     }},
    {"sem_init",
     [](Run& r) {
         ready(0);
         r.call<decltype(::sem_init)>(&semaphore, 0, 3U);
         r.effect(value_of(semaphore) == 3);
     }},
    {"sem_wait sem_trywait",
     [](Run& r) {
         ready(1);
         r.call<int(sem_t*)>(&semaphore);
         r.effect(value_of(semaphore) == 0);
     }},
    {"sem_timedwait",
     [](Run& r) {
         ready(1);
         const auto until = in_future();
         r.call<decltype(::sem_timedwait)>(&semaphore, &until);
         r.effect(value_of(semaphore) == 0);
     }},
    {"sem_clockwait",
     [](Run& r) {
         ready(1);
         const auto until = in_future(CLOCK_MONOTONIC);
         r.call<decltype(::sem_clockwait)>(&semaphore, CLOCK_MONOTONIC, &until);
         r.effect(value_of(semaphore) == 0);
     }},
    {"sem_post",
     [](Run& r) {
         ready(1);
         r.call<decltype(::sem_post)>(&semaphore);
         r.effect(value_of(semaphore) == 2);
     }},

    {"mq_open",
     [](Run& r) {
         const auto name = own_name();
         r.call<mqd_t(const char*, int, ...)>(r.path(name.c_str()), O_RDWR | O_CREAT, 0600, nullptr);
         mq_unlink(name.c_str());
     }},
    {"__mq_open_2",
     [](Run& r) {
         const Queue queue;
         r.call<mqd_t(const char*, int)>(r.path(queue.name.c_str()), O_RDONLY);
     }},
    {"mq_close",
     [](Run& r) {
         const Queue queue;
         r.call<decltype(::mq_close)>(r.fd(queue.id));
         r.effect(!Run::open_fd(queue.id));
     }},
    {"mq_unlink",
     [](Run& r) {
         const Queue queue;
         r.call<decltype(::mq_unlink)>(r.path(queue.name.c_str()));
     }},
    {"mq_send",
     [](Run& r) {
         const Queue queue;
         r.call<decltype(::mq_send)>(r.fd(queue.id), "second", 6UL, 1U);
         r.effect(r.failing ? queue.waiting() == 2 : queue.waiting() == 2 || !queue.exists);
     }},
    {"mq_timedsend",
     [](Run& r) {
         const Queue queue;
         r.call<decltype(::mq_timedsend)>(r.fd(queue.id), "second", 6UL, 1U, &past);
         r.effect(r.failing ? queue.waiting() == 2 : queue.waiting() == 2 || !queue.exists);
     }},
    {"mq_receive",
     [](Run& r) {
         char bytes[17] = "";
         const Queue queue;
         r.call<decltype(::mq_receive)>(r.fd(queue.id), bytes, 16UL, nullptr);
         r.saw(bytes);
     }},
    {"mq_timedreceive",
     [](Run& r) {
         char bytes[17] = "";
         const Queue queue;
         r.call<decltype(::mq_timedreceive)>(r.fd(queue.id), bytes, 16UL, nullptr, &past);
         r.saw(bytes);
     }},
    {"mq_notify",
     [](Run& r) {
         const Queue queue;
         r.call<decltype(::mq_notify)>(r.fd(queue.id), nullptr);
     }},
    {"mq_getattr",
     [](Run& r) {
         const Queue queue;
         mq_attr now{};
         r.call<decltype(::mq_getattr)>(r.fd(queue.id), &now);
         r.saw(static_cast<long>(now.mq_curmsgs));
     }},
    {"mq_setattr",
     [](Run& r) {
         const Queue queue;
         mq_attr wanted{}, now{};
         r.call<decltype(::mq_setattr)>(r.fd(queue.id), &wanted, nullptr);
         mq_getattr(queue.id, &now);
         r.saw(static_cast<long>(now.mq_flags));
     }},
    {"semget",
     [](Run& r) {
         const int id = r.vary<decltype(::semget)>(IPC_PRIVATE, 1, 0600);
         r.effect(semctl(id, 0, IPC_RMID) == 0);
     }},
    {"semop",
     [](Run& r) {
         const Semaphores semaphores;
         sembuf down{0, -1, IPC_NOWAIT};
         r.call<decltype(::semop)>(semaphores.id, &down, 1UL);
         r.effect(semaphores.value() == 0);
     }},
    {"semtimedop",
     [](Run& r) {
         const Semaphores semaphores;
         sembuf down{0, -1, 0};
         const timespec none{};
         r.call<decltype(::semtimedop)>(semaphores.id, &down, 1UL, &none);
         r.effect(semaphores.value() == 0);
     }},
    {"semctl",
     [](Run& r) {
         const Semaphores semaphores;
         r.call<int(int, int, int, ...)>(semaphores.id, 0, GETVAL);
     }},
    {"msgget",
     [](Run& r) {
         const int id = r.vary<decltype(::msgget)>(IPC_PRIVATE, 0600);
         r.effect(msgctl(id, IPC_RMID, nullptr) == 0);
     }},
    {"msgsnd",
     [](Run& r) {
         const Messages messages;
         const Letter letter;
         r.call<decltype(::msgsnd)>(messages.id, &letter, r.size(5), IPC_NOWAIT);
         r.effect(messages.waiting() == 1);
     }},
    {"msgrcv",
     [](Run& r) {
         const Messages messages;
         Letter letter;
         msgsnd(messages.id, &letter, 5, 0);
         letter.text[0] = '\0';
         r.call<decltype(::msgrcv)>(messages.id, &letter, r.size(5), 0L, IPC_NOWAIT);
         r.effect(letter.text[0] == 'h');
     }},
    {"msgctl",
     [](Run& r) {
         const Messages messages;
         msqid_ds state{};
         r.call<decltype(::msgctl)>(messages.id, IPC_STAT, &state);
         r.effect(state.msg_qbytes != 0);
     }},
};

const Family family("thread", cases);

} // namespace
} // namespace rows
