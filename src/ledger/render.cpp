// The record of a process, from its counters and events. Counts are summed over the threads' blocks as they are needed:
// to keep the sums would take memory that the host's last moments don't have.
#include "ledger/render.hpp"

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
    {threads_shared_block,
     "there were more threads than Faultline tells apart: the faults of some are not reproducible"},
    {sealed, "the process shut itself off from system calls (seccomp): the ledger is its record"},
    {not_armed, "the faults were never armed: the process ended before the moment that 'arm' names"},
    {disabled, "faults were switched off (FAULT_DISABLE): calls were only counted"},
    {argv_cut, "argv is longer than what is kept of it"},
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

/// Counters belong to one writer each, who may be running: read them as they stand.
std::uint64_t now(const std::uint64_t& counter) noexcept { return __atomic_load_n(&counter, __ATOMIC_RELAXED); }

std::uint64_t less(std::uint64_t all, std::uint64_t part) noexcept { return part < all ? all - part : 0; }

class Rendering {
public:
    Rendering(const Header& header, Json& json, const Ending& ending) noexcept
        : header_(header), plan_(header.plan()), json_(json), ending_(ending)
    {
        const auto claimed = header.threads_claimed.load(std::memory_order_acquire);
        blocks_ = claimed < header.thread_limit ? claimed : header.thread_limit;
    }

    void document() noexcept;

private:
    [[nodiscard]] std::span<const plan::Fault> faults() const noexcept { return plan_.view(plan_.faults); }
    [[nodiscard]] std::span<const plan::Function> functions() const noexcept { return plan_.view(plan_.functions); }
    /// A process that could not write its statistics file still noted its status.
    [[nodiscard]] bool running() const noexcept
    {
        return ending_.exit.empty() && header_.state == State::running && header_.exit_status == unknown_status;
    }

    template <class Counter>
    [[nodiscard]] std::uint64_t sum(Counter counter) const noexcept
    {
        std::uint64_t total = 0;
        for (std::uint32_t block = 0; block < blocks_; ++block)
            total += now(counter(header_.thread(block)));
        return total;
    }
    [[nodiscard]] std::uint64_t matched(std::size_t fault) const noexcept
    {
        return sum([fault](const Thread& thread) -> auto& { return thread.shares()[fault].matched; });
    }
    [[nodiscard]] std::uint64_t triggered(std::size_t fault) const noexcept
    {
        return sum([fault](const Thread& thread) -> auto& { return thread.shares()[fault].triggered; });
    }
    [[nodiscard]] std::uint64_t calls(std::size_t function) const noexcept
    {
        return sum([ =, this ](const Thread& t) -> auto& { return t.calls(header_.fault_count)[function]; });
    }
    [[nodiscard]] std::uint64_t hits(std::size_t function) const noexcept
    {
        return sum([ =, this ](const Thread& thread) -> auto& {
            return thread.hits(header_.fault_count, header_.function_count)[function];
        });
    }

    void process() noexcept;
    void arguments() noexcept;
    void ending() noexcept;
    void seconds() noexcept;
    void stats() noexcept;
    void function_counts() noexcept;
    void fault_counts() noexcept;
    void errors(std::size_t fault, std::uint64_t of) noexcept;
    void error(std::string_view key, std::int32_t code) noexcept;
    void signal(std::int32_t number) noexcept;
    [[nodiscard]] std::uint64_t kept_events() const noexcept;
    void events() noexcept;
    void changes() noexcept;
    void event(const Event& event) noexcept;
    void effect(const Event& event) noexcept;
    void sites() noexcept;
    void site(const TraceSite& site) noexcept;
    void remarks() noexcept;

    const Header& header_;
    const plan::Plan& plan_;
    Json& json_;
    const Ending& ending_;
    std::uint32_t blocks_;
};

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

/// How many slots of events may hold something.
std::uint64_t Rendering::kept_events() const noexcept
{
    auto kept = header_.events_backed.load(std::memory_order_acquire);
    if (header_.event_limit < kept) kept = header_.event_limit;
    const auto claimed = header_.events_claimed.load(std::memory_order_acquire);
    return claimed < kept ? claimed : kept;
}

/// What was changed of the plan while the process ran; nothing in a run that was left alone.
void Rendering::changes() noexcept
{
    bool any = false;
    for (std::uint64_t slot = 0; slot < kept_events(); ++slot) {
        const auto& each = header_.event(slot);
        if (each.complete.load(std::memory_order_acquire) != 1 || !is_change(each)) continue;
        if (!any) json_.key("changes").open('[', Lines::each);
        any = true;
        json_.open('{');
        json_.key("generation").number(each.match);
        json_.key("time").fixed(each.time_ns / 1000, 6);
        json_.key("change").string(each.path.view());
        json_.close('}');
    }
    if (any) json_.close(']', Lines::each);
}

void Rendering::events() noexcept
{
    const auto claimed = header_.events_claimed.load(std::memory_order_acquire);
    const auto kept = kept_events();
    json_.key("events").open('[', Lines::each);
    std::uint64_t complete = 0;
    for (std::uint64_t slot = 0; slot < kept; ++slot) {
        const auto& each = header_.event(slot);
        // One that a signal or SIGKILL cut off, or that is being written.
        if (each.complete.load(std::memory_order_acquire) != 1) continue;
        if (is_change(each)) {
            ++complete;
            continue;
        }
        if (each.fault >= faults().size() || each.function >= functions().size()) continue;
        event(each);
        ++complete;
    }
    json_.close(']', Lines::each);
    json_.key("events_dropped").number(less(claimed, complete));
}

void Rendering::event(const Event& event) noexcept
{
    const auto& fault = faults()[event.fault];
    json_.open('{');
    json_.key("fault").string(plan_.text(fault.name));
    json_.key("type").string(plan::type_name(fault));
    json_.key("target").string(plan_.text(functions()[event.function].name));
    json_.key("call").number(event.call);
    json_.key("match").number(event.match);
    json_.key("time").fixed(event.time_ns / 1000, 6);
    json_.key("thread").string(header_.lineage.view(), event.thread.view());
    if (event.thread_call != event.call) json_.key("thread_call").number(event.thread_call);
    if (event.error != 0) error("errno", event.error);
    if (event.has_fd != 0) json_.key("fd").integer(event.fd);
    if (auto path = event.path.view(); !path.empty()) {
        const bool cut = (event.did & did_cut_path) != 0;
        while (cut && !path.empty() && (static_cast<unsigned char>(path.front()) & 0xc0U) == 0x80U)
            path.remove_prefix(1); // the rest of a character that was cut in two
        json_.key("path").string(cut ? "…"sv : ""sv, path);
    }
    if (event.has_size != 0) json_.key("size").number(event.size);
    effect(event);
    json_.close('}');
}

void Rendering::effect(const Event& event) noexcept
{
    const auto did = [&event](Did what) { return (event.did & what) != 0; };
    const auto mode = static_cast<std::size_t>(event.mode);
    const auto moment = static_cast<std::size_t>(event.moment);
    if (const auto module = event.module.view(); !module.empty()) {
        json_.key("caller").hexadecimal(module, "+0x", event.caller_offset);
    } else if (event.caller_offset != 0) {
        json_.key("caller").hexadecimal("", "0x", event.caller_offset);
    }
    if (did(did_site)) json_.key("site").hexadecimal("", "", event.site, 8);
    if (did(did_delay)) json_.key("delay").fixed(static_cast<std::int64_t>(event.delay_ns), 9);
    if (did(did_return)) json_.key("returned").integer(event.returned);
    if (did(did_shift)) json_.key("shift").fixed(event.returned / 1000, 6);
    if (did(did_signal)) signal(event.signal);
    if (did(did_moment) && moment < plan::moment_names.size()) json_.key("moment").string(plan::moment_names[moment]);
    if (event.cut != 0) json_.key("cut").boolean(true);
    if (did(did_mode) && mode < plan::mode_names.size()) json_.key("mode").string(plan::mode_names[mode]);
    if (did(did_offset)) json_.key("offset").number(event.offset);
    if (did(did_bytes)) json_.key("bytes").number(event.bytes);
    if (did(did_pass)) json_.key("dropped").boolean(false);
    if (event.failed != 0) error("failed", event.failed);
}

void Rendering::sites() noexcept
{
    auto count = header_.traces_claimed.load(std::memory_order_acquire);
    for (const std::uint64_t most : {header_.traces_backed.load(std::memory_order_acquire), std::uint64_t{trace_limit}})
        if (most < count) count = most;
    json_.key("sites").open('[', Lines::each);
    for (std::uint64_t slot = 0; slot < count; ++slot) {
        const auto& each = header_.trace_site(slot);
        if (each.complete.load(std::memory_order_acquire) == 1 && each.function < functions().size()) site(each);
    }
    json_.close(']', Lines::each);
}

void Rendering::site(const TraceSite& site) noexcept
{
    json_.open('{');
    json_.key("function").string(plan_.text(functions()[site.function].name));
    json_.key("site").hexadecimal("", "", site.site, 8);
    json_.key("calls").number(site.calls.load(std::memory_order_relaxed));
    json_.key("first").number(site.first_call);
    json_.key("thread").string(header_.lineage.view(), site.thread.view());
    json_.key("stack").open('[');
    for (std::size_t i = 0; i < site.frames && i < trace_frames; ++i) {
        const auto module = site.frame[i] >> trace_module_shift;
        const auto offset = site.frame[i] & ((std::uint64_t{1} << trace_module_shift) - 1);
        if (module >= trace_modules)
            json_.hexadecimal("", "0x", offset);
        else
            json_.hexadecimal(header_.trace_module(module).view(), "+0x", offset);
    }
    json_.close(']');
    json_.close('}');
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

} // namespace

bool render(const Header& header, Sink sink, std::span<char> buffer, const Ending& ending) noexcept
{
    Json json(sink, buffer);
    Rendering(header, json, ending).document();
    return json.finish();
}

} // namespace faultline::ledger
