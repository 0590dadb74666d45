// What the interface that programs call costs: a decorated call, and the entry and exit of a scope. scripts/bench runs
// it after the calls into libc.
#include <faultline/faultline.hpp>

#include <benchmark/benchmark.h>

namespace {

using namespace std::chrono_literals;

// Not inlined, as a function that is worth decorating: else bare would be no call at all.
[[gnu::noinline]] int add_one(int value)
{
    benchmark::DoNotOptimize(value);
    return value + 1;
}

const faultline::FaultConfig never{
    .name = "never", .functions = {"add_one"}, .type = faultline::Type::exception, .probability = 0.0};
const faultline::Faults full = faultline::FaultConfig{.name = "full", .functions = {"write"}, .error = ENOSPC};

template <class F>
void call(benchmark::State& state, const F& function)
{
    int value = 0;
    for (auto _ : state)
        benchmark::DoNotOptimize(value = function(value));
}

void bare(benchmark::State& state) { call(state, add_one); }
void decorated(benchmark::State& state)
{
    const faultline::Injector injector;
    call(state, injector.inject("add_one", add_one));
}
void decorated_with_rule(benchmark::State& state)
{
    faultline::Injector injector;
    injector.add(never);
    call(state, injector.inject("add_one", add_one));
}

void scope_of_thread(benchmark::State& state)
{
    for (auto _ : state)
        const auto scope = faultline::process().scope(full);
}
void scope_of_all(benchmark::State& state)
{
    for (auto _ : state)
        const auto scope = faultline::process().scope(full, faultline::Where::everywhere);
}
void scope_of_injector(benchmark::State& state)
{
    const faultline::Injector injector;
    const auto function = injector.inject("add_one", add_one);
    const faultline::Faults faults = never;
    for (auto _ : state)
        const auto scope = injector.scope(faults);
}
void scope_written_out(benchmark::State& state)
{
    for (auto _ : state)
        const auto scope = faultline::process().scope({{.name = "full", .functions = {"write"}, .error = "ENOSPC"}});
}

} // namespace

BENCHMARK(bare)->Name("call/bare");
BENCHMARK(decorated)->Name("call/decorated, no rule");
BENCHMARK(decorated_with_rule)->Name("call/decorated, a rule that never fires");
BENCHMARK(scope_of_thread)->Name("scope/of the thread");
BENCHMARK(scope_of_all)->Name("scope/of every thread");
BENCHMARK(scope_of_injector)->Name("scope/of an injector of one's own");
BENCHMARK(scope_written_out)->Name("scope/of the thread, its fault made on the spot");
BENCHMARK_MAIN();
