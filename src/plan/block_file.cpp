#include "plan/block_file.hpp"

#include "plan/valid.hpp"
#include "sys/syscalls.hpp"

#include <iterator>
#include <sys/stat.h>

namespace faultline::plan {
namespace {

constexpr std::uint64_t basis = 0xcbf2'9ce4'8422'2325;

constexpr std::uint64_t add(std::uint64_t hash, std::uint64_t number) noexcept
{
    hash = (hash ^ number) * 0x9e37'79b9'7f4a'7c15;
    return hash ^ hash >> 29U;
}

constexpr std::uint64_t add(std::uint64_t hash, std::string_view text) noexcept
{
    for (const char byte : text)
        hash = add(hash, static_cast<unsigned char>(byte));
    return add(hash, text.size());
}

consteval std::uint64_t identify()
{
    auto hash = add(basis, FAULTLINE_VERSION);
    for (const auto& row : calls::table)
        hash = add(hash, std::string_view(row.name));
    for (const auto words :
         {std::span<const std::string_view>(type_names), std::span<const std::string_view>(mode_names),
          std::span<const std::string_view>(count_names), std::span<const std::string_view>(sticky_names),
          std::span<const std::string_view>(moment_names), std::span<const std::string_view>(kind_names),
          std::span<const std::string_view>(selector_names)})
        for (const auto word : words)
            hash = add(hash, word);
    for (const auto size :
         {sizeof(Plan), sizeof(Fault), sizeof(Function), sizeof(DescriptorSet), sizeof(CallerGlob), sizeof(Glob),
          sizeof(Peer), sizeof(FlagTest), sizeof(Positions), sizeof(WeightedError), sizeof(AttributeValue),
          offsetof(Plan, faults), offsetof(Fault, on), offsetof(Fault, attributes), offsetof(Fault, clock_speed)})
        hash = add(hash, size);
    return hash;
}
constexpr std::uint64_t identity = identify();

/// Of words, every fourth one in a sum of its own, since each step waits for the one before it, and of the bytes that
/// are left: a plan of some kilobytes takes less than a microsecond.
std::uint64_t checksum(const Plan& plan, const TomlFile& toml) noexcept
{
    const auto* const bytes = reinterpret_cast<const char*>(&plan);
    std::uint64_t sums[4] = {basis, static_cast<std::uint64_t>(toml.s), static_cast<std::uint64_t>(toml.ns),
                             toml.bytes};
    std::uint64_t words[4];
    std::uint32_t at = 0;
    for (; plan.bytes - at >= sizeof words; at += sizeof words) {
        __builtin_memcpy(words, bytes + at, sizeof words);
        for (std::size_t i = 0; i < std::size(words); ++i)
            sums[i] = add(sums[i], words[i]);
    }
    auto hash = add(add(add(sums[0], sums[1]), sums[2]), sums[3]);
    for (; at < plan.bytes; ++at)
        hash = add(hash, static_cast<unsigned char>(bytes[at]));
    return hash;
}

/// Whether `bytes` bytes were read there.
bool read_at(int fd, void* into, std::uint64_t bytes, std::uint64_t offset) noexcept
{
    return sys::call(SYS_pread64, fd, sys::address(into), static_cast<long>(bytes), static_cast<long>(offset)) ==
           static_cast<long>(bytes);
}

Fit read_open(int fd, std::string_view config, Handed& handed) noexcept
{
    auto& header = handed.header;
    std::uint64_t offset = 0;
    if (!read_at(fd, &header, sizeof header, offset)) return Fit::no_block;
    if (header.magic != block_magic) {
        offset = block_in_ledger;
        if (!read_at(fd, &header, sizeof header, offset) || header.magic != block_magic) return Fit::no_block;
    }
    if (header.library != identity) return Fit::foreign;
    if (header.bytes < sizeof(Plan) || header.bytes > most_block_bytes) return Fit::damaged;
    void* const room = sys::map(nullptr, header.bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS);
    if (room == nullptr) return Fit::damaged;
    auto& plan = *static_cast<Plan*>(room);
    auto fit = Fit::damaged;
    if (read_at(fd, room, header.bytes, offset + sizeof header) && plan.bytes == header.bytes && header.unused == 0 &&
        checksum(plan, header.toml) == header.checksum && valid(plan, header.bytes) &&
        plan.function_of_row.count == calls::row_count)
        fit = Fit::fits;
    if (fit == Fit::fits && header.toml != TomlFile{}) {
        const auto now = examine(plan.text(plan.source).data());
        const bool changed = now != TomlFile{} && now != header.toml;
        if (changed || plan.text(plan.source) != config) fit = Fit::stale;
    }
    if (fit == Fit::fits)
        handed.plan = &plan;
    else
        sys::unmap(room, header.bytes);
    return fit;
}

} // namespace

std::uint64_t library_identity() noexcept { return identity; }

TomlFile examine(const char* path) noexcept
{
    struct stat status;
    if (sys::call(SYS_newfstatat, AT_FDCWD, sys::address(path), sys::address(&status), 0) != 0) return {};
    return {status.st_mtim.tv_sec, status.st_mtim.tv_nsec, static_cast<std::uint64_t>(status.st_size)};
}

BlockHeader describe_block(const Plan& plan, const TomlFile& toml) noexcept
{
    return {.magic = block_magic,
            .library = identity,
            .checksum = checksum(plan, toml),
            .bytes = plan.bytes,
            .toml = toml,
            .unused = 0};
}

Handed read_block(int fd, std::string_view config) noexcept
{
    Handed handed;
    handed.fit = read_open(fd, config, handed);
    return handed;
}

Handed read_block(const char* path, std::string_view config) noexcept
{
    const int fd = sys::open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY); // somebody's pipe must not make us wait
    if (fd < 0) return {};
    const auto handed = read_block(fd, config);
    sys::close(fd);
    return handed;
}

} // namespace faultline::plan
