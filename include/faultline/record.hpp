// What was counted and injected. Part of faultline.hpp.
#pragma once

#include "faultline.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace faultline {

/// One injected fault.
struct FaultEvent {
    std::string fault, type, target;
    std::uint64_t call = 0, match = 0;
    double time = 0; // seconds since the injector was made
    int error = 0;   // an errno, or 0
    int fd = -1;
    double delay = 0; // seconds
    std::uint64_t size = 0, bytes = 0, offset = 0;
    std::string path, caller;
    std::uint32_t site = 0;
};

/// What was counted up to one moment.
struct Stats {
    std::uint64_t calls_intercepted = 0; // of functions that some fault names
    std::uint64_t faults_triggered = 0;
    std::uint64_t faults_skipped = 0; // calls that went through unharmed
    double trigger_rate = 0;          // per cent
    std::string json{};

    /// In the form of the statistics file, with the events.
    [[nodiscard]] const std::string& to_json() const { return json; }
};

namespace detail {

template <class Write>
std::string whole(const Write& write)
{
    std::string text;
    for (std::size_t length = write(nullptr, 0); length > text.size();) {
        text.resize(length + 256); // it may grow meanwhile
        length = write(text.data(), text.size());
        if (length < text.size()) text.resize(length);
    }
    return text;
}

inline Stats stats_of(faultline_counts counts, std::string json)
{
    const auto rate =
        counts.calls == 0 ? 0.0 : 100.0 * static_cast<double>(counts.triggered) / static_cast<double>(counts.calls);
    return {counts.calls, counts.triggered, counts.calls < counts.triggered ? 0 : counts.calls - counts.triggered, rate,
            std::move(json)};
}

template <class Read>
std::vector<FaultEvent> events_of(const Read& read)
{
    std::vector<faultline_event> raw;
    for (std::size_t count = read(nullptr, 0); count > raw.size();) {
        raw.resize(count);
        count = read(raw.data(), raw.size());
    }
    std::vector<FaultEvent> events;
    events.reserve(raw.size());
    for (const auto& e : raw)
        events.push_back({e.fault, e.type, e.target, e.call, e.match, e.time, e.error, e.fd, e.delay, e.size, e.bytes,
                          e.offset, e.path, e.caller, e.site});
    return events;
}

} // namespace detail

} // namespace faultline
