// Where a call came from: the module and offset of its return address, and an id of the whole stack above it, both the
// same from run to run whatever the address layout.
#pragma once

#include "engine/call.hpp"
#include "engine/draw.hpp"
#include "ledger/layout.hpp"

#include <link.h>
#include <span>

namespace faultline::engine {

/// An address as its module knows it.
struct Place {
    std::string_view module;  // file name without directories; empty: unknown
    std::uint64_t offset = 0; // as addr2line takes it
    const link_map* map = nullptr;
};

// No lock and no allocation in what follows: libc's _dl_find_object is made for signal handlers, and the unwinder uses
// it too. After boot.

[[nodiscard]] Place place_of(std::uintptr_t address) noexcept;

/// The id of the stack that a call came from. Its upper bits are those of leaf_of(), so that most calls from elsewhere
/// are told apart without unwinding. A stack that was seen before is known again by its return addresses.
[[nodiscard]] std::uint32_t site_of(const Call& call) noexcept;

inline constexpr unsigned leaf_bits = 12;
inline constexpr int deepest_site = 24; // return addresses of the program that make up a site

/// What a site's id is made of: the return addresses of a stack, innermost first, as their modules know them.
class SiteId {
public:
    /// `module` is the file's name without directories. Code outside any module (a JIT's) has no address that is the same
    /// in the next run.
    void add(std::string_view module, std::uint64_t offset) noexcept
    {
        hash_ = hash(module, mix(hash_ + (module.empty() ? 0 : offset)));
        if (count_++ == 0) leaf_ = hash_ >> (64 - leaf_bits);
    }
    [[nodiscard]] std::uint32_t leaf() const noexcept { return static_cast<std::uint32_t>(leaf_); }
    [[nodiscard]] std::uint32_t get() const noexcept
    {
        constexpr unsigned rest = 32 - leaf_bits;
        return leaf() << rest | static_cast<std::uint32_t>(hash_ >> (64 - rest));
    }

private:
    std::uint64_t hash_ = 0, leaf_ = 0;
    int count_ = 0;
};

/// The upper `leaf_bits` bits of the ids of all sites whose call returns there, as a number of their own.
[[nodiscard]] std::uint32_t leaf_of(const void* caller) noexcept;

/// The return addresses of the stack that a site stands for, innermost first. Returns how many there are.
[[nodiscard]] std::size_t stack_of(const Call& call, std::span<std::uintptr_t> addresses) noexcept;

/// Notes caller and site in an event.
void note_site(ledger::Event& event, const Call& call) noexcept;

/// Frames of the module that `own_code` lies in are no part of a site from then on. Boot only.
void prepare_sites(const void* own_code) noexcept;

/// Does the unwinder's work of its first use, unless that was done: a handler of signals must not come between, and in
/// a process that is about to be sealed it has to be done before. Any time but in a sealed process.
void prepare_unwinding() noexcept;

/// Forgets the stacks that were seen: another module may come to lie where one was unloaded. Any time.
void forget_sites() noexcept;

} // namespace faultline::engine
