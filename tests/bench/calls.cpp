// What a call costs its caller. scripts/bench runs this one program again and again, bare and under various preloads,
// and compares. What counts is the CPU time of the threads: other work on the machine disturbs it less than wall time.
//
// Everything is opened before the loop. A system call takes hundreds of nanoseconds and varies by several, more than
// Faultline adds: malloc+free and fputc, which stay in user space, are what resolves small differences.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <stdio_ext.h>
#include <unistd.h>

namespace {

void read_one_byte(benchmark::State& state)
{
    const int fd = ::open("/dev/zero", O_RDONLY);
    char byte = 0;
    for (auto _ : state)
        if (::read(fd, &byte, 1) != 1) state.SkipWithError("read failed");
    ::close(fd);
}

void write_one_byte(benchmark::State& state)
{
    const int fd = ::open("/dev/null", O_WRONLY);
    const char byte = 0;
    for (auto _ : state)
        if (::write(fd, &byte, 1) != 1) state.SkipWithError("write failed");
    ::close(fd);
}

void malloc_and_free(benchmark::State& state)
{
    for (auto _ : state) {
        void* memory = std::malloc(32);
        benchmark::DoNotOptimize(memory); // the pair would be left out otherwise
        std::free(memory);
    }
}

/// A descriptor and a path like write's, but no system call; each thread has a stream of its own, without locks.
void fputc_one_byte(benchmark::State& state)
{
    static constexpr std::size_t buffer_size = 1U << 16U;
    FILE* const stream = std::fopen("/dev/null", "w");
    std::setvbuf(stream, nullptr, _IOFBF, buffer_size);
    ::__fsetlocking(stream, FSETLOCKING_BYCALLER);
    for (auto _ : state)
        if (std::fputc('x', stream) != 'x') state.SkipWithError("fputc failed");
    std::fclose(stream);
}

} // namespace

BENCHMARK(read_one_byte)->Name("read")->Threads(1)->Threads(2);
BENCHMARK(write_one_byte)->Name("write")->Threads(1)->Threads(2);
BENCHMARK(malloc_and_free)->Name("malloc+free")->Threads(1)->Threads(2);
BENCHMARK(fputc_one_byte)->Name("fputc")->Threads(1)->Threads(2);
BENCHMARK_MAIN();
