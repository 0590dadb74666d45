// A record's rendering, part by part: what stands of its counts in render.cpp, of its events and sites in
// render_events.cpp.
#pragma once

#include "ledger/render.hpp"

#include <span>

namespace faultline::ledger {

/// Counters belong to one writer each, who may be running: read them as they stand.
inline std::uint64_t now(const std::uint64_t& counter) noexcept { return __atomic_load_n(&counter, __ATOMIC_RELAXED); }

inline std::uint64_t less(std::uint64_t all, std::uint64_t part) noexcept { return part < all ? all - part : 0; }

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

} // namespace faultline::ledger
