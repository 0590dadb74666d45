// What an injector's layers have counted, those that are over and those that are not, as one record.
#pragma once

#include "api/compiled.hpp"

#include <array>
#include <map>
#include <unordered_map>

struct faultline_event;

namespace faultline::api {

/// Whose record it is.
struct Owner {
    std::uint64_t seed;
    std::int64_t born_s, born_ns, born_monotonic_ns;
};

class Tally {
public:
    /// Adds what a layer has counted up to now. Throws std::bad_alloc, and then has added nothing.
    void add(const Box& box);

    [[nodiscard]] std::uint64_t calls() const;
    [[nodiscard]] std::uint64_t triggered() const;
    /// As the statistics file has it.
    [[nodiscard]] std::string json(const Owner& owner) const;
    /// Writes as many as there is room for, in the order of time; returns how many there are.
    std::size_t events(std::span<faultline_event> to) const;

private:
    struct Sums {
        std::vector<std::uint64_t> matched, triggered;    // by fault
        std::vector<std::uint64_t> calls, hits, repeated; // by function
        std::map<std::uint64_t, std::uint64_t> errors;    // by ledger::ErrorCount's key
    };
    struct Kept { // an event; it cannot be copied as one, because it holds an atomic
        const Compiled* compiled;
        alignas(ledger::Event) std::array<std::byte, sizeof(ledger::Event)> bytes;

        [[nodiscard]] const ledger::Event& event() const
        {
            return *reinterpret_cast<const ledger::Event*>(bytes.data());
        }
    };
    static constexpr std::size_t most_events = 100000;

    [[nodiscard]] std::vector<const Kept*> in_order() const;

    std::unordered_map<const Compiled*, Sums> sums_;
    std::vector<const Compiled*> order_; // in which they were first met
    std::vector<Kept> events_;
    std::uint64_t events_claimed_ = 0;
};

} // namespace faultline::api
