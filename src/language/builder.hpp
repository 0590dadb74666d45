// Lays a draft out as the flat block that the engine reads.
#pragma once

#include "language/draft.hpp"
#include "language/targets.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

namespace faultline::language {

/// A plan, and behind it what its slices point to. Each object is aligned as its type wants it, counted from the beginning.
class Block {
public:
    template <class T>
    Slice<T> add(std::span<const T> objects)
    {
        static_assert(std::is_trivially_copyable_v<T>);
        if (objects.empty()) return {};
        return put(objects, alignof(T), 0);
    }
    template <class T>
    Slice<T> add(const std::vector<T>& objects)
    {
        return add(std::span<const T>(objects));
    }
    /// Puts a NUL behind the text, for code that hands it to a system call.
    Text add(std::string_view text) { return put(std::span<const char>(text), 1, 1); }

    /// Tells the plan its length, at least `least` bytes of which the last are zeros, and puts it into its place.
    [[nodiscard]] std::vector<std::byte> finish(Plan& plan, std::size_t least = 0) &&
    {
        bytes_.resize(std::max(length_, least));
        plan.bytes = static_cast<std::uint32_t>(bytes_.size());
        std::memcpy(bytes_.data(), &plan, sizeof plan);
        return std::move(bytes_);
    }

private:
    template <class T>
    Slice<T> put(std::span<const T> objects, std::size_t alignment, std::size_t zeros)
    {
        const auto offset = (length_ + alignment - 1) & ~(alignment - 1); // a power of two
        length_ = offset + objects.size_bytes() + zeros;
        if (length_ > bytes_.size()) bytes_.resize(std::max(length_, bytes_.size() * 2));
        if (!objects.empty()) std::memcpy(bytes_.data() + offset, objects.data(), objects.size_bytes());
        return {static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(objects.size())};
    }

    std::vector<std::byte> bytes_{8192}; // what most plans take; zeros behind the first `length_`
    std::size_t length_ = sizeof(Plan);
};

/// Says where a draft has more of something than the engine has room for.
void check_bounds(const PlanDraft& draft, Remarks& remarks);

/// The block of a draft in which nothing is wrong.
[[nodiscard]] std::vector<std::byte> build(const PlanDraft& draft);

} // namespace faultline::language
