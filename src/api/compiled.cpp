#include "api/compiled.hpp"

#include "language/parse.hpp"
#include "sys/syscalls.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <unordered_map>

namespace faultline::api {
namespace {

constexpr std::uint32_t most_blocks = 17; // of threads; the first is the one that many may share
constexpr std::uint64_t most_events = 4096;

struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
};
using Cache = std::unordered_map<std::string, std::unique_ptr<Compiled>, Hash, std::equal_to<>>;

/// Never destroyed: threads may use what is in it until the process is gone.
Cache& cache(bool own)
{
    static constinit Cache* caches[2]{};
    auto*& found = caches[own ? 1 : 0];
    if (found == nullptr) found = new Cache;
    return *found;
}

bool starts_table(std::string_view line)
{
    const auto first = line.find_first_not_of(" \t");
    return first != std::string_view::npos && line.substr(first).starts_with("[[");
}

/// With its place, if the text has more than one line.
std::string told(const language::Remark& mistake, bool has_places)
{
    if (!has_places || mistake.line == 0) return mistake.text;
    return std::to_string(mistake.line) + ":" + std::to_string(mistake.column) + ": " + mistake.text;
}

Box& make_box(const Compiled& compiled)
{
    auto box = std::make_unique<Box>();
    const auto& plan = compiled.plan();
    const auto layout = ledger::lay_out(plan, most_blocks, most_events, ledger::page);
    auto* const memory =
        sys::map(nullptr, layout.file_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE);
    if (memory == nullptr) throw std::bad_alloc();
    auto& record = *static_cast<ledger::Header*>(memory);
    static_cast<ledger::Layout&>(record) = layout;
    std::memcpy(static_cast<char*>(memory) + record.plan_offset, &plan, plan.bytes);
    record.lineage.assign("0");
    record.threads_claimed = most_blocks; // those without an owner are all zeros
    record.events_backed = most_events;
    record.exit_status = ledger::unknown_status;
    box->compiled = &compiled;
    box->schedule = &compiled.schedule;
    box->names = compiled.own ? compiled.names.data() : nullptr;
    box->record = &record;
    box->repeated_room.resize(plan.functions.count);
    box->repeated = box->repeated_room.data();
    return *box.release();
}

void clear(ledger::Header& record)
{
    auto* const base = reinterpret_cast<char*>(&record);
    const auto events = std::min(record.events_claimed.load(), most_events);
    for (std::uint64_t slot = 0; slot < events; ++slot)
        std::memset(static_cast<void*>(&record.event(slot)), 0, sizeof(ledger::Event));
    const auto faults = record.plan().faults.count;
    std::memset(base + record.totals_offset, 0,
                events == 0 ? faults * sizeof(ledger::Totals) : ledger::totals_bytes(faults));
    for (std::uint32_t block = 0; block < most_blocks; ++block)
        if (block == 0 || record.thread(block).owner != 0)
            std::memset(static_cast<void*>(&record.thread(block)), 0, record.thread_stride);
    record.events_claimed = 0;
    record.events_lost = 0;
    record.trouble = 0;
}

} // namespace

const Compiled* compile(std::string_view text, bool own, std::vector<std::string>& mistakes)
{
    if (const auto found = cache(own).find(text); found != cache(own).end()) return found->second.get();
    const auto parsed = language::parse_faults(text, own ? language::Functions::own : language::Functions::libc);
    if (!parsed.mistakes.empty()) {
        for (const auto& mistake : parsed.mistakes)
            mistakes.push_back(told(mistake, text.find('\n') != std::string_view::npos));
        return nullptr;
    }
    auto compiled = std::make_unique<Compiled>();
    compiled->own = own;
    compiled->block = parsed.block;
    compiled->schedule.prepare(compiled->plan());
    for (const auto& function : compiled->functions())
        if (own) compiled->names.push_back(engine::hash(compiled->plan().text(function.name)));
    const auto* const kept = compiled.get();
    cache(own).emplace(text, std::move(compiled));
    return kept;
}

std::vector<std::string> mistakes_in_any_case(std::string_view text)
{
    std::vector<std::string> here;
    std::vector<std::string> there;
    if (compile(text, true, here) != nullptr || compile(text, false, there) != nullptr) return {};
    std::erase_if(here, [&](const auto& each) { return std::find(there.begin(), there.end(), each) == there.end(); });
    return here;
}

std::vector<std::string> tables_of(std::string_view text)
{
    std::vector<std::string> tables;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = text.find('\n', at);
        const auto next = end == std::string_view::npos ? text.size() : end + 1;
        const auto line = text.substr(at, next - at);
        if (tables.empty() || (starts_table(line) && tables.back().find("[[") != std::string::npos))
            tables.emplace_back();
        tables.back() += line;
        at = next;
    }
    return tables;
}

Box& take_box(const Compiled& compiled, const Beginning& beginning)
{
    Box* box = nullptr;
    if (compiled.idle.empty()) {
        compiled.idle.reserve(compiled.boxes + 1);
        box = &make_box(compiled);
        ++compiled.boxes;
    } else {
        box = compiled.idle.back();
        compiled.idle.pop_back();
    }
    auto& record = *box->record;
    clear(record);
    std::fill(box->repeated_room.begin(), box->repeated_room.end(), 0);
    record.seed = beginning.seed;
    record.started_monotonic_ns = beginning.monotonic_ns;
    record.armed_monotonic_ns = beginning.monotonic_ns;
    record.enabled = beginning.enabled ? 1 : 0;
    record.thread(0).owner = ledger::unborn;
    record.thread(0).shared = 1;
    engine::begin_numbering(record, record.thread(0), "0");
    box->skip = 0;
    box->single = false;
    box->over = false;
    box->users = 0;
    box->next = nullptr;
    return *box;
}

} // namespace faultline::api
