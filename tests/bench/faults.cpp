// Calls for what each selector has to look at, and what corruption and a throttle do to data; see faults.py.
//
// usage: faults [google-benchmark options], or: faults --throttle SECONDS, which prints the bytes that each of four
// threads wrote in that time.
#include <benchmark/benchmark.h>

#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdio_ext.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

void fputc_one_byte(benchmark::State& state)
{
    FILE* const stream = std::fopen("/dev/null", "w");
    std::setvbuf(stream, nullptr, _IOFBF, 1U << 16U);
    ::__fsetlocking(stream, FSETLOCKING_BYCALLER);
    for (auto _ : state)
        if (std::fputc('x', stream) != 'x') state.SkipWithError("fputc failed");
    std::fclose(stream);
}

/// A socket that has a peer, and a call on it that the kernel returns from at once.
void read_nothing(benchmark::State& state)
{
    sockaddr_in peer{};
    peer.sin_family = AF_INET;
    peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    peer.sin_port = htons(5353);
    const int fd = ::socket(AF_INET, SOCK_DGRAM, 0);
    if (::connect(fd, reinterpret_cast<sockaddr*>(&peer), sizeof peer) != 0) state.SkipWithError("connect failed");
    char byte = 0;
    for (auto _ : state)
        if (::read(fd, &byte, 0) != 0) state.SkipWithError("read failed");
    ::close(fd);
}

constexpr std::size_t buffer_size = 65536;

void read_64_kib(benchmark::State& state)
{
    const int fd = ::memfd_create("data", 0);
    std::vector<char> bytes(buffer_size);
    if (::write(fd, bytes.data(), buffer_size) != static_cast<ssize_t>(buffer_size))
        state.SkipWithError("write failed");
    for (auto _ : state)
        if (::pread(fd, bytes.data(), buffer_size, 0) != static_cast<ssize_t>(buffer_size))
            state.SkipWithError("pread failed");
    ::close(fd);
}

int throttled(double seconds)
{
    const int fd = ::memfd_create("data", 0);
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
    std::array<std::atomic<long>, 4> written{};
    std::vector<std::thread> threads;
    threads.reserve(written.size());
    for (auto& bytes : written)
        threads.emplace_back([&] {
            const char block[512]{};
            while (std::chrono::steady_clock::now() < end)
                bytes += ::pwrite(fd, block, sizeof block, 0);
        });
    for (auto& thread : threads)
        thread.join();
    for (const auto& bytes : written)
        std::printf("%ld\n", bytes.load());
    return 0;
}

} // namespace

BENCHMARK(fputc_one_byte)->Name("fputc");
BENCHMARK(read_nothing)->Name("read on a socket");
BENCHMARK(read_64_kib)->Name("pread of 64 KiB");

int main(int count, char** arguments)
{
    if (count == 3 && std::strcmp(arguments[1], "--throttle") == 0)
        return throttled(std::strtod(arguments[2], nullptr));
    benchmark::Initialize(&count, arguments);
    benchmark::RunSpecifiedBenchmarks();
}
