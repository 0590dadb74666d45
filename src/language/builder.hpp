// Lays a draft out as the flat block that the engine reads.
#pragma once

#include "language/draft.hpp"
#include "language/targets.hpp"

#include <cstring>
#include <span>
#include <string>
#include <type_traits>

namespace faultline::language {

/// Bytes that grow. Each object added is aligned as its type wants it, counted from the beginning of the block.
class Block {
public:
    Block() { bytes_.reserve(8192); } // what most plans take

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

    [[nodiscard]] std::vector<std::byte>& bytes() { return bytes_; }

private:
    template <class T>
    Slice<T> put(std::span<const T> objects, std::size_t alignment, std::size_t zeros)
    {
        const auto offset = (bytes_.size() + alignment - 1) / alignment * alignment;
        bytes_.resize(offset + objects.size_bytes() + zeros);
        if (!objects.empty()) std::memcpy(bytes_.data() + offset, objects.data(), objects.size_bytes());
        return {static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(objects.size())};
    }

    std::vector<std::byte> bytes_;
};

/// Says where a draft has more of something than the engine has room for.
void check_bounds(const PlanDraft& draft, Remarks& remarks);

/// The block of a draft in which nothing is wrong.
[[nodiscard]] std::vector<std::byte> build(const PlanDraft& draft);

} // namespace faultline::language
