// Cases for src/calls/io.def: asynchronous reads and writes.
#include "run.hpp"

#include <aio.h>

namespace rows {
namespace {

template <class Control>
Control control(int fd, void* bytes, std::size_t size)
{
    Control request{};
    request.aio_fildes = fd;
    request.aio_buf = bytes;
    request.aio_nbytes = size;
    return request;
}

template <class Control, auto error_of>
void finish(const Control& request)
{
    while (error_of(&request) == EINPROGRESS)
        usleep(1000);
}

template <class Control, auto error_of>
void aio_transfer(Run& r, bool writes)
{
    char bytes[6] = "HELLO";
    const int fd = Run::file();
    auto request = control<Control>(r.fd(fd), bytes, 5);
    if (r.call<int(Control*)>(&request) == 0) finish<Control, error_of>(request);
    r.saw(bytes, 5);
    r.saw(Run::content());
    r.effect(writes ? Run::content() == "HELLO world\n" : strcmp(bytes, "hello") == 0);
}

/// How a read ended, or what it brought.
template <class Control, auto begin, auto error_of, bool asks_error>
void aio_end(Run& r)
{
    char bytes[6] = "HELLO";
    const int fd = Run::file();
    auto request = control<Control>(fd, bytes, 5);
    begin(&request);
    r.fd(fd);
    finish<Control, error_of>(request);
    if (asks_error)
        r.call<int(Control*)>(&request);
    else
        r.call<ssize_t(Control*)>(&request);
    r.saw(bytes, 5); // the operation itself is over, whatever is said of it
}

const Case cases[] = {
    {"aio_read", [](Run& r) { aio_transfer<aiocb, ::aio_error>(r, false); }},
    {"aio_read64", [](Run& r) { aio_transfer<aiocb64, ::aio_error64>(r, false); }},
    {"aio_write", [](Run& r) { aio_transfer<aiocb, ::aio_error>(r, true); }},
    {"aio_write64", [](Run& r) { aio_transfer<aiocb64, ::aio_error64>(r, true); }},
    {"aio_fsync",
     [](Run& r) {
         auto request = control<aiocb>(r.fd(Run::file()), nullptr, 0);
         if (r.call<decltype(::aio_fsync)>(O_SYNC, &request) == 0) finish<aiocb, ::aio_error>(request);
     }},
    {"aio_fsync64",
     [](Run& r) {
         auto request = control<aiocb64>(r.fd(Run::file()), nullptr, 0);
         if (r.call<decltype(::aio_fsync64)>(O_SYNC, &request) == 0) finish<aiocb64, ::aio_error64>(request);
     }},
    {"aio_error", aio_end<aiocb, ::aio_read, ::aio_error, true>},
    {"aio_error64", aio_end<aiocb64, ::aio_read64, ::aio_error64, true>},
    {"aio_return", aio_end<aiocb, ::aio_read, ::aio_error, false>},
    {"aio_return64", aio_end<aiocb64, ::aio_read64, ::aio_error64, false>},
    {"aio_suspend",
     [](Run& r) {
         char bytes[6] = "";
         auto request = control<aiocb>(Run::file(), bytes, 5);
         aio_read(&request);
         const aiocb* const list[] = {&request};
         r.call<decltype(::aio_suspend)>(list, 1, nullptr);
         finish<aiocb, ::aio_error>(request);
     }},
    {"aio_suspend64",
     [](Run& r) {
         char bytes[6] = "";
         auto request = control<aiocb64>(Run::file(), bytes, 5);
         aio_read64(&request);
         const aiocb64* const list[] = {&request};
         r.call<decltype(::aio_suspend64)>(list, 1, nullptr);
         finish<aiocb64, ::aio_error64>(request);
     }},
    {"lio_listio",
     [](Run& r) {
         char bytes[6] = "";
         auto request = control<aiocb>(Run::file(), bytes, 5);
         request.aio_lio_opcode = LIO_READ;
         aiocb* const list[] = {&request};
         r.call<decltype(::lio_listio)>(LIO_WAIT, list, 1, nullptr);
         r.effect(strcmp(bytes, "hello") == 0);
     }},
    {"lio_listio64",
     [](Run& r) {
         char bytes[6] = "";
         auto request = control<aiocb64>(Run::file(), bytes, 5);
         request.aio_lio_opcode = LIO_READ;
         aiocb64* const list[] = {&request};
         r.call<decltype(::lio_listio64)>(LIO_WAIT, list, 1, nullptr);
         r.effect(strcmp(bytes, "hello") == 0);
     }},
};

const Family family("io", cases);

} // namespace
} // namespace rows
