// A ledger in memory, made the way a process makes one, for the tests of those who read it.
#pragma once

#include "language/parse.hpp"
#include "ledger/layout.hpp"

#include <cstring>
#include <fstream>
#include <memory>
#include <string>

namespace faultline::test {

class MadeLedger {
public:
    static constexpr std::uint32_t threads = 4;
    static constexpr std::uint64_t events = 16;

    explicit MadeLedger(std::string_view toml = plain)
    {
        const auto parsed = language::parse(toml, "/srv/plan.toml");
        for (const auto& mistake : parsed.mistakes)
            throw std::runtime_error(mistake.at("plan"));
        const auto& plan = parsed.plan();
        const auto layout = ledger::lay_out(plan, threads, events, ledger::page);
        bytes_ = layout.file_bytes;
        memory_.reset(static_cast<std::byte*>(::operator new (bytes_, std::align_val_t{64})));
        std::memset(memory_.get(), 0, bytes_);
        std::memcpy(memory_.get() + layout.plan_offset, parsed.block.data(), plan.bytes);

        auto& made = header();
        static_cast<ledger::Layout&>(made) = layout;
        made.seed = 42;
        made.started_s = 1'795'327'200; // 2026-11-22T06:00:00Z
        made.started_ns = 123'456'789;
        made.started_monotonic_ns = 1'000'000'000;
        made.armed_monotonic_ns = 1'000'001'000;
        made.pid = 4242;
        made.ppid = 4200;
        made.exit_status = ledger::unknown_status;
        made.enabled = 1;
        made.threads_claimed = 1;
        made.events_backed = events;
        made.lineage.assign("0.1");
        made.program.assign("tar");
        argument("tar");
        argument("cf");
    }

    [[nodiscard]] ledger::Header& header() { return *reinterpret_cast<ledger::Header*>(memory_.get()); }
    [[nodiscard]] std::size_t size() const { return bytes_; }
    [[nodiscard]] std::byte* bytes() { return memory_.get(); }

    void argument(std::string_view text)
    {
        auto& made = header();
        text.copy(made.argv + made.argv_bytes, text.size());
        made.argv_bytes += static_cast<std::uint32_t>(text.size()) + 1;
        ++made.argc;
    }

    /// The next event, complete but for what the test is about.
    ledger::Event& event(std::uint16_t fault = 0, std::uint16_t function = 0)
    {
        auto& slot = header().event(header().events_claimed++);
        slot.fault = fault;
        slot.function = function;
        slot.complete = 1;
        return slot;
    }

    /// Counts calls, matches and hits of one thread.
    void count(std::uint32_t thread, std::size_t function, std::size_t fault, std::uint64_t calls, std::uint64_t hits)
    {
        auto& block = header().thread(thread);
        if (header().threads_claimed <= thread) header().threads_claimed = thread + 1;
        block.calls(header().fault_count)[function] += calls;
        block.hits(header().fault_count, header().function_count)[function] += hits;
        block.shares()[fault].matched += calls;
        block.shares()[fault].triggered += hits;
    }

    void write(const std::string& path, std::size_t length = ~std::size_t{0})
    {
        std::ofstream file(path, std::ios::binary | std::ios::trunc);
        file.write(reinterpret_cast<const char*>(memory_.get()),
                   static_cast<std::streamsize>(std::min(length, bytes_)));
    }

    static constexpr std::string_view plain = R"(
        [[fault]]
        name = "disk-full"
        functions = ["write"]
        type = "errno"
        errno = ["ENOSPC", "EIO"]
        path = ["/var/**", "!**.log"]
        on = "1.."
        [[fault]]
        name = "slow"
        functions = ["read"]
        type = "delay"
        delay = "1ms"
    )";

private:
    struct Delete {
        void operator()(std::byte* memory) const { ::operator delete (memory, std::align_val_t{64}); }
    };
    std::size_t bytes_ = 0;
    std::unique_ptr<std::byte, Delete> memory_;
};

} // namespace faultline::test
