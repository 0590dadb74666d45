// The record of a process, from its counters and events. Counts are summed over the threads' blocks as they are needed:
// to keep the sums would take memory that the host's last moments don't have.
#include "ledger/rendering.hpp"

#include "calls/errors.hpp"
#include "calls/signals.hpp"

#include <iterator>

namespace faultline::ledger {

namespace {

using namespace std::string_view_literals;
using Lines = Json::Lines;

struct Warning {
    Trouble trouble;
    std::string_view text;
};
constexpr Warning warnings[] = {
    {events_lost_no_space, "some events are missing: the ledger's file system had no room for them"},
    {threads_shared_block, threads_shared_text},
    {sealed, "the process shut itself off from system calls (seccomp): the ledger is its record"},
    {not_armed, "the faults were never armed: the process ended before the moment that 'arm' names"},
    {disabled, "faults were switched off (FAULT_DISABLE): calls were only counted"},
    {argv_cut, argv_cut_text},
    {lineage_cut, "a lineage is longer than what is kept of it: faults below it are not reproducible"},
    {errors_uncounted, "there were more kinds of errors than are counted one by one: \"other\" holds the rest"},
    {cells_shared,
     "there were more descriptors or sites than are told apart: some shared a number, a budget or a latch"},
    {trace_lost, "some sites are missing in the trace: there were too many, or no room for them"},
    {run_unshared,
     "count = \"run\" counted this process alone: the file that the run's processes share could not be had"},
    {child_unrecorded, child_unrecorded_text},
    {unstruck_unnamed, "more programs and libraries ran without faults than are named here"},
};

/// By Unreached; what follows "PROGRAM ran without faults: ".
constexpr std::string_view unreached[] = {
    "",
    "it is statically linked",
    "it is a Go program, and statically linked",
    "it runs on musl libc",
    "it is for another processor, or has 32 bits",
    "it is set-user-ID or has capabilities",
    "LD_PRELOAD or FAULT_CONFIG was taken out of its environment",
    "libfaultline.so is not within its reach",
    "it was loaded with RTLD_DEEPBIND, which binds its calls past Faultline",
    "it was loaded by dlmopen, and calls a libc of its own",
};

} // namespace

void Rendering::document() noexcept
{
    json_.open('{', Lines::each);
    json_.key("faultline").string(FAULTLINE_VERSION);
    process();
    json_.key("plan").string(plan_.text(plan_.source));
    json_.key("seed").number(header_.seed);
    stats();
    function_counts();
    fault_counts();
    events();
    changes();
    if (header_.trace_offset != 0) sites();
    remarks();
    json_.close('}', Lines::each);
}

void Rendering::process() noexcept
{
    json_.key("process").open('{');
    json_.key("program").string(header_.program.view());
    json_.key("pid").integer(header_.pid);
    json_.key("ppid").integer(header_.ppid);
    arguments();
    json_.key("lineage").string(header_.lineage.view());
    ending();
    json_.key("started").time(header_.started_s, header_.started_ns);
    seconds();
    json_.close('}');
}

void Rendering::arguments() noexcept
{
    const std::string_view all(header_.argv,
                               header_.argv_bytes < sizeof header_.argv ? header_.argv_bytes : sizeof header_.argv);
    json_.key("argv").open('[');
    std::size_t at = 0;
    for (std::uint32_t i = 0; i < header_.argc && at < all.size(); ++i) {
        auto end = at;
        while (end < all.size() && all[end] != '\0')
            ++end;
        json_.string({all.data() + at, end - at});
        at = end + 1;
    }
    json_.close(']');
}

void Rendering::ending() noexcept
{
    json_.key("exit");
    const auto status = header_.exit_status.load(std::memory_order_relaxed);
    const auto state = header_.state.load(std::memory_order_relaxed);
    if (!ending_.exit.empty()) return json_.string(ending_.exit);
    if (running()) return json_.string("running");
    if (state == State::executed) return json_.string("executed");
    if (status == by_abort) return json_.string("killed by SIGABRT");
    if (status < 0 || status > 255) return json_.string("exited");
    const char digits[] = {static_cast<char>('0' + status / 100), static_cast<char>('0' + status / 10 % 10),
                           static_cast<char>('0' + status % 10)};
    const std::size_t zeros = status >= 100 ? 0 : status >= 10 ? 1 : 2;
    json_.string("exited ", {digits + zeros, sizeof digits - zeros});
}

void Rendering::seconds() noexcept
{
    auto ended = header_.ended_monotonic_ns.load(std::memory_order_relaxed);
    if (ended == 0) ended = ending_.monotonic_ns;
    json_.key("seconds");
    if (ended < header_.started_monotonic_ns) return json_.null(); // not known
    json_.fixed((ended - header_.started_monotonic_ns) / 1000, 6);
}

void Rendering::stats() noexcept
{
    std::uint64_t all = 0;
    std::uint64_t harmed = 0;
    for (std::size_t i = 0; i < functions().size(); ++i)
        all += calls(i);
    for (std::size_t i = 0; i < faults().size(); ++i)
        harmed += triggered(i);
    auto of = all;
    auto part = harmed;
    for (; of >> 50U != 0; of >>= 1U) // room to multiply
        part >>= 1U;
    json_.key("stats").open('{');
    json_.key("calls_intercepted").number(all);
    json_.key("faults_triggered").number(harmed);
    json_.key("faults_skipped").number(less(all, harmed));
    json_.key("trigger_rate").fixed(static_cast<std::int64_t>(of == 0 ? 0 : (part * 1000 + of / 2) / of), 1);
    json_.close('}');
}

void Rendering::function_counts() noexcept
{
    json_.key("functions").open('{', Lines::each);
    for (std::size_t i = 0; i < functions().size(); ++i) {
        const auto called = calls(i);
        if (called == 0) continue;
        json_.key(plan_.text(functions()[i].name)).open('{');
        json_.key("calls").number(called);
        json_.key("faults").number(hits(i));
        json_.close('}');
    }
    json_.close('}', Lines::each);
}

void Rendering::fault_counts() noexcept
{
    json_.key("faults").open('{', Lines::each);
    for (std::size_t i = 0; i < faults().size(); ++i) {
        const auto& fault = faults()[i];
        if (fault.name.count == 0) continue; // a place that no fault has taken
        const auto fired = triggered(i);
        const auto met = matched(i);
        json_.key(plan_.text(fault.name)).open('{');
        json_.key("type").string(plan::type_name(fault));
        if (!fault.enabled) json_.key("enabled").boolean(false);
        json_.key("matched").number(met);
        json_.key("triggered").number(fired);
        json_.key("skipped").number(less(met, fired));
        errors(i, fired);
        json_.close('}');
    }
    json_.close('}', Lines::each);
}

void Rendering::errors(std::size_t fault, std::uint64_t of) noexcept
{
    json_.key("errors").open('{');
    const auto* const slots = header_.error_counts();
    auto rest = of;
    for (std::uint32_t i = 0; i < error_count_slots; ++i) {
        const auto key = slots[i].key.load(std::memory_order_relaxed);
        if (key == 0 || ErrorCount::fault_of(key) != fault) continue;
        const auto code = ErrorCount::error_of(key);
        const auto count = slots[i].count.load(std::memory_order_relaxed);
        const auto name = calls::error_name(code);
        json_.key(name.empty() ? "unnamed"sv : name).number(count);
        rest = less(rest, count);
    }
    // The slot of last resort is shared by all faults; only where each trigger means an error does the rest say how
    // many.
    const bool uncounted = slots[error_count_slots].count.load(std::memory_order_relaxed) != 0;
    if (uncounted && rest != 0 && faults()[fault].type == plan::Type::error) json_.key("other").number(rest);
    json_.close('}');
}

void Rendering::error(std::string_view key, std::int32_t code) noexcept
{
    const auto name = calls::error_name(code);
    json_.key(key);
    if (name.empty()) return json_.integer(code);
    json_.string(name);
}

void Rendering::signal(std::int32_t number) noexcept
{
    const auto name = calls::signal_name(number);
    json_.key("signal");
    if (name.empty()) return json_.integer(number);
    json_.string(name);
}

void Rendering::remarks() noexcept
{
    json_.key("warnings").open('[', Lines::each);
    const auto trouble = header_.trouble.load(std::memory_order_relaxed);
    const bool armed = header_.armed_monotonic_ns.load(std::memory_order_relaxed) != 0 && (trouble & disabled) == 0;
    for (std::size_t i = 0; armed && i < faults().size(); ++i) {
        const auto& fault = faults()[i];
        if (!fault.enabled || matched(i) != 0) continue;
        json_.string("fault '", plan_.text(fault.name), running() ? "' has not matched yet"sv : "' never matched"sv);
    }
    for (const auto& each : header_.unstruck) {
        const auto why = static_cast<std::size_t>(each.why);
        if (each.state.load(std::memory_order_acquire) == 2 && why < std::size(unreached))
            json_.string(each.program.view(), " ran without faults: ", unreached[why]);
    }
    for (const auto& warning : warnings)
        if ((trouble & warning.trouble) != 0) json_.string(warning.text);
    json_.close(']', Lines::each);
}

bool render(const Header& header, Sink sink, std::span<char> buffer, const Ending& ending) noexcept
{
    Json json(sink, buffer);
    Rendering(header, json, ending).document();
    return json.finish();
}

} // namespace faultline::ledger
