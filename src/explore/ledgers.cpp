#include "explore/ledgers.hpp"

#include "ledger/reader.hpp"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <map>

namespace faultline::explore {

namespace {

using ledger::Header;

class Records {
public:
    explicit Records(Observation& observation) : seen_(observation) {}

    void add(const Header& header)
    {
        ++seen_.processes;
        const auto& plan = header.plan();
        if (header.armed_monotonic_ns.load() != 0) seen_.armed = true;
        const auto blocks = std::min(header.threads_claimed.load(), header.thread_limit);
        for (std::uint32_t block = 0; block < blocks; ++block)
            for (std::uint32_t fault = 0; fault < header.fault_count; ++fault) {
                const auto& share = header.thread(block).shares()[fault];
                seen_.fired += share.triggered;
                if (fault == 0) seen_.matched += share.matched;
            }
        if (header.lineage.view() == "0" && header.state.load() == ledger::State::executed) seen_.replaced = true;
        const bool sealed = (header.trouble.load() & ledger::sealed) != 0;
        if (header.state.load() == ledger::State::running && header.exit_status.load() < 0 && !sealed)
            seen_.died.emplace_back(header.program.view());
        if (header.lineage.view() == "0" && header.open_descriptors.load() > 0)
            seen_.open_descriptors = header.open_descriptors.load();
        add_events(header, plan);
        add_sites(header, plan);
    }

private:
    void add_events(const Header& header, const plan::Plan& plan)
    {
        const auto functions = plan.view(plan.functions);
        const auto slots = std::min({header.events_claimed.load(), header.events_backed.load(), header.event_limit});
        for (std::uint64_t slot = 0; slot < slots; ++slot) {
            const auto& event = header.event(slot);
            if (event.complete.load() != 1 || event.function >= functions.size()) continue;
            seen_.struck.push_back({std::string(plan.text(functions[event.function].name)), event.site,
                                    fmt::format("{}{}", header.lineage.view(), event.thread.view()),
                                    event.has_fd != 0 ? event.fd : -1, std::string(event.path.view()),
                                    (event.did & ledger::did_cut_path) != 0, event.failed,
                                    std::string(event.module.view()), event.caller_offset});
        }
    }

    void add_sites(const Header& header, const plan::Plan& plan)
    {
        if (header.trace_offset == 0) return;
        const auto functions = plan.view(plan.functions);
        const auto slots =
            std::min({header.traces_claimed.load(), header.traces_backed.load(), std::uint64_t{ledger::trace_limit}});
        for (std::uint64_t slot = 0; slot < slots; ++slot) {
            const auto& from = header.trace_site(slot);
            if (from.complete.load() != 1 || from.function >= functions.size()) continue;
            const std::string function(plan.text(functions[from.function].name));
            const auto [at, is_new] = index_.try_emplace({function, from.site}, seen_.sites.size());
            if (is_new) {
                auto& site = seen_.sites.emplace_back();
                site.function = function;
                site.id = from.site;
                site.first_call = from.first_call;
                site.lineage = fmt::format("{}{}", header.lineage.view(), from.thread.view());
                for (std::uint32_t i = 0; i < std::min<std::uint32_t>(from.frames, ledger::trace_frames); ++i) {
                    const auto module = from.frame[i] >> ledger::trace_module_shift;
                    const auto offset = from.frame[i] & ((std::uint64_t{1} << ledger::trace_module_shift) - 1);
                    site.stack.push_back(
                        {module < ledger::trace_modules ? std::string(header.trace_module(module).view()) : "",
                         offset});
                }
            }
            seen_.sites[at->second].calls += from.calls.load();
        }
    }

    Observation& seen_;
    std::map<std::pair<std::string, std::uint32_t>, std::size_t> index_;
};

} // namespace

void read_records(const std::string& directory, Observation& observation)
{
    std::error_code error;
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(directory, error))
        if (entry.path().extension() == ".live" && ledger::is_ledger(entry.path().string()))
            files.push_back(entry.path().string());
    // By lineage, so that the order of first appearance is that of the tree.
    std::vector<ledger::Copy> ledgers;
    for (const auto& file : files) {
        auto opened = ledger::open(file);
        if (opened.ledger)
            ledgers.push_back(std::move(*opened.ledger));
        else
            observation.problems.push_back(fmt::format("{} {}", file, opened.problem));
    }
    std::ranges::sort(ledgers, {}, [](const ledger::Copy& each) { return each.header().lineage.view(); });
    Records records(observation);
    for (const auto& each : ledgers)
        records.add(each.header());
}

} // namespace faultline::explore
