// Faults from their text to what the engine judges by. Entering a scope must not parse TOML each time, so each text is
// compiled once; and what was compiled stays for the life of the process, because a call that was struck may be carried
// out for any length of time after its scope has ended.
#pragma once

#include "engine/layers.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace faultline::api {

struct Compiled;

/// A layer, its record, and its place in a list. Used again and again for the same faults.
struct Box : engine::Layer {
    const Compiled* compiled = nullptr;
    std::vector<std::uint64_t> repeated_room;
};

struct Compiled {
    bool own = false;
    std::vector<std::byte> block; // the plan
    engine::Schedule schedule{};
    std::vector<std::uint64_t> names; // of own functions, hashed
    mutable std::vector<Box*> idle;   // that nobody uses
    mutable std::size_t boxes = 0;    // all there are of it; `idle` has room for them

    [[nodiscard]] const plan::Plan& plan() const { return *reinterpret_cast<const plan::Plan*>(block.data()); }
    [[nodiscard]] std::span<const plan::Fault> faults() const { return plan().view(plan().faults); }
    [[nodiscard]] std::span<const plan::Function> functions() const { return plan().view(plan().functions); }
    [[nodiscard]] std::string_view name_of(std::size_t fault) const { return plan().text(faults()[fault].name); }
};

/// Nullptr where the text is not valid, and then `mistakes` has all that is wrong with it. The caller holds the lock of
/// api/injector.hpp, here and below.
[[nodiscard]] const Compiled* compile(std::string_view text, bool own, std::vector<std::string>& mistakes);

/// What is wrong with the text whether its functions are libc's or the program's own; empty where it is valid as
/// either, or where only its use can tell.
[[nodiscard]] std::vector<std::string> mistakes_in_any_case(std::string_view text);

/// Splits text into its [[fault]] tables.
[[nodiscard]] std::vector<std::string> tables_of(std::string_view text);

struct Beginning {
    std::uint64_t seed;
    std::int64_t monotonic_ns; // to which events are dated
    bool enabled;
};

/// A layer over the faults with an empty record. Throws std::bad_alloc.
[[nodiscard]] Box& take_box(const Compiled& compiled, const Beginning& beginning);

} // namespace faultline::api
