#include "effects/directory.hpp"

#include "engine/draw.hpp"
#include "sys/syscalls.hpp"

#include <atomic>
#include <cerrno>
#include <dirent.h>

namespace faultline::effects {
namespace {

/// A listing in a mapping of its own: this header, then entries, as the system gave them, then their offsets.
struct Listing {
    std::uint64_t bytes; // of the mapping
    std::uint64_t used;  // of them by entries
    std::uint32_t count;
    std::uint32_t next; // to hand out
    std::uint32_t* offsets() noexcept { return reinterpret_cast<std::uint32_t*>(reinterpret_cast<char*>(this) + used); }
    dirent* entry(std::uint32_t index) noexcept
    {
        return reinterpret_cast<dirent*>(reinterpret_cast<char*>(this) + offsets()[index]);
    }
};

struct Open {
    std::atomic<const void*> directory;
    Listing* listing;
};
constexpr std::size_t most_open = 128;
[[gnu::section(".bss.late")]] constinit Open open_listings[most_open]{};

Open* find(const void* directory) noexcept
{
    for (auto& open : open_listings)
        if (open.directory.load(std::memory_order_acquire) == directory) return &open;
    return nullptr;
}

constexpr std::uint64_t first_bytes = 64 * 1024;

Listing* grown(Listing* listing, std::uint64_t bytes) noexcept
{
    auto* const larger =
        static_cast<Listing*>(sys::map(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS));
    if (listing == nullptr) {
        if (larger != nullptr) *larger = {bytes, sizeof(Listing), 0, 0};
        return larger;
    }
    if (larger != nullptr) {
        __builtin_memcpy(static_cast<void*>(larger), listing, listing->used);
        larger->bytes = bytes;
    }
    sys::unmap(listing, listing->bytes);
    return larger;
}

/// Reads what is left of a directory; nullptr without memory, or where an error ended it.
Listing* read_all(void* directory) noexcept
{
    const auto next = libc<dirent*(void*)>(calls::id_readdir);
    auto* listing = grown(nullptr, first_bytes);
    const auto kept = errno;
    while (listing != nullptr) {
        errno = 0;
        const auto* const entry = next(directory);
        if (entry == nullptr) break;
        const auto length = (std::uint64_t{entry->d_reclen} + 7) / 8 * 8;
        // Room for this entry, and for the offsets of all of them behind it.
        if (listing->used + length + (listing->count + 1) * sizeof(std::uint32_t) > listing->bytes)
            listing = grown(listing, listing->bytes * 2);
        if (listing == nullptr) break;
        __builtin_memcpy(reinterpret_cast<char*>(listing) + listing->used, entry, entry->d_reclen);
        listing->used += length;
        ++listing->count;
    }
    errno = kept;
    if (listing == nullptr) return nullptr;
    if (listing->used + listing->count * sizeof(std::uint32_t) > listing->bytes)
        listing = grown(listing, listing->bytes * 2);
    if (listing == nullptr) return nullptr;
    std::uint64_t at = sizeof(Listing);
    for (std::uint32_t i = 0; i < listing->count; ++i) {
        listing->offsets()[i] = static_cast<std::uint32_t>(at);
        at += (std::uint64_t{listing->entry(i)->d_reclen} + 7) / 8 * 8;
    }
    return listing;
}

/// Fisher and Yates.
void shuffle_entries(Listing& listing, const engine::Draw& draw) noexcept
{
    engine::Sequence sequence{draw, engine::Draw::order};
    auto* const offsets = listing.offsets();
    for (std::uint32_t left = listing.count; left > 1; --left) {
        const auto other = sequence.next(left);
        const auto kept = offsets[left - 1];
        offsets[left - 1] = offsets[other];
        offsets[other] = kept;
    }
}

Word hand_out(calls::Id row, const Word* words, Listing& listing) noexcept
{
    auto* const entry = listing.next < listing.count ? listing.entry(listing.next++) : nullptr;
    if (row != calls::id_readdir_r && row != calls::id_readdir64_r) return reinterpret_cast<Word>(entry);
    auto** const found = reinterpret_cast<dirent**>(words[2]);
    *found = nullptr;
    if (entry != nullptr) {
        *found = reinterpret_cast<dirent*>(words[1]);
        __builtin_memcpy(static_cast<void*>(*found), entry, entry->d_reclen);
    }
    return 0;
}

} // namespace

bool serve_listing(calls::Id row, const Word* words, Word& result) noexcept
{
    auto* const open = find(reinterpret_cast<const void*>(words[0]));
    if (open == nullptr) return false;
    auto& listing = *open->listing;
    switch (row) {
    case calls::id_rewinddir:
        forget_listing(reinterpret_cast<const void*>(words[0]));
        return false;
    case calls::id_telldir:
        result = listing.next;
        return true;
    case calls::id_seekdir:
        if (words[1] <= listing.count) listing.next = static_cast<std::uint32_t>(words[1]);
        result = 0;
        return true;
    default:
        result = hand_out(row, words, listing);
        return true;
    }
}

void forget_listing(const void* directory) noexcept
{
    auto* const open = directory == nullptr ? nullptr : find(directory);
    if (open == nullptr) return;
    sys::unmap(open->listing, open->listing->bytes);
    open->directory.store(nullptr, std::memory_order_release);
}

Word shuffle(const Invocation& invocation)
{
    auto* const directory = engine::pointer<void>(invocation.call, 0);
    if (find(directory) != nullptr) return invocation.perform(invocation.words); // shuffled already
    for (auto& open : open_listings) {
        const void* nobody = nullptr;
        static constexpr char being_made = 0;
        if (!open.directory.compare_exchange_strong(nobody, &being_made, std::memory_order_acq_rel)) continue;
        open.listing = read_all(directory);
        if (open.listing == nullptr) {
            open.directory.store(nullptr, std::memory_order_release);
            break;
        }
        shuffle_entries(*open.listing, invocation.verdict.draw);
        open.directory.store(directory, std::memory_order_release);
        break;
    }
    return invocation.perform(invocation.words);
}

} // namespace faultline::effects
