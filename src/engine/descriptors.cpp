#include "engine/descriptors.hpp"

#include "engine/scratch.hpp"
#include "plan/glob.hpp"
#include "sys/syscalls.hpp"
#include "sys/text.hpp"

namespace faultline::engine {
namespace {

constinit std::atomic<bool> may_look_up{true};

PathBits match_absolute(const plan::Plan& plan, std::string_view path) noexcept
{
    const auto sets = plan.view(plan.path_sets);
    PathBits bits = 0;
    for (std::size_t set = 0; set < sets.size(); ++set)
        if (plan::any_matches(plan, sets[set], path)) bits |= PathBits{1} << set;
    return bits;
}

/// Appends a path's components and resolves "." and ".." by their text alone.
void append_components(sys::Writer& out, std::string_view path) noexcept
{
    while (!path.empty()) {
        const auto slash = path.find('/');
        const auto component = path.substr(0, slash);
        path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
        if (component.empty() || component == ".") continue;
        if (component == "..") {
            const auto parent = out.view().rfind('/');
            if (parent != std::string_view::npos) out.truncate(parent);
            continue;
        }
        out << '/' << component;
    }
}

} // namespace

void allow_look_ups(bool may) noexcept { may_look_up = may; }

bool path_of_descriptor(int fd, char* bytes, std::size_t room, std::string_view& path) noexcept
{
    if (fd < 0 || !may_look_up.load(std::memory_order_relaxed)) return false;
    char link[32];
    sys::Writer{link} << "/proc/self/fd/" << static_cast<std::uint64_t>(fd);
    const long length = sys::readlink(link, bytes, room);
    if (length <= 0 || bytes[0] != '/') return false;
    path = {bytes, static_cast<std::size_t>(length)};
    constexpr std::string_view deleted = " (deleted)";
    if (path.ends_with(deleted)) path.remove_suffix(deleted.size());
    return true;
}

PathBits match_paths(const plan::Plan& plan, int dirfd, const char* path) noexcept
{
    if (path == nullptr || plan.path_sets.count == 0) return 0;
    const Scratch scratch;
    if (scratch.data() == nullptr) return 0;
    const std::string_view given{path};
    std::size_t base = 0;
    if (!given.starts_with('/')) {
        std::string_view directory;
        if (dirfd == AT_FDCWD) {
            if (!may_look_up.load(std::memory_order_relaxed)) return 0;
            const long length = sys::getcwd(scratch.data(), Scratch::size);
            if (length <= 1 || scratch.data()[0] != '/') return 0;
            base = static_cast<std::size_t>(length) - 1;
        } else {
            if (!path_of_descriptor(dirfd, scratch.data(), Scratch::size, directory)) return 0;
            base = directory.size();
        }
        if (base == 1) base = 0; // "/" itself
    }
    sys::Writer absolute{{scratch.data(), Scratch::size}, base}; // ".." may climb into the directory that stands there
    append_components(absolute, given);
    return match_absolute(plan, absolute.view().empty() ? std::string_view{"/"} : absolute.view());
}

PathBits Descriptors::look_up(const plan::Plan& plan, int fd) noexcept
{
    if (fd < 0) return 0;
    const auto index = static_cast<std::size_t>(fd);
    auto entry = index < table_size ? entries_[index].load(std::memory_order_relaxed) : 0;
    PathBits bits = 0;
    {
        const Scratch scratch;
        std::string_view path;
        if (scratch.data() != nullptr && path_of_descriptor(fd, scratch.data(), Scratch::size, path))
            bits = match_absolute(plan, path);
    }
    if (index < table_size)
        entries_[index].compare_exchange_strong(entry, (entry & ~bits_mask) | known | bits, std::memory_order_relaxed);
    return bits;
}

void Descriptors::opened(int fd, PathBits bits) noexcept
{
    if (fd < 0 || static_cast<std::size_t>(fd) >= table_size) return;
    auto& entry = entries_[fd];
    auto before = entry.load(std::memory_order_relaxed);
    while (!entry.compare_exchange_weak(before, (((before & ~bits_mask) + one_generation) & ~bits_mask) | known | bits,
                                        std::memory_order_relaxed)) {
    }
}

void Descriptors::forget(int fd) noexcept
{
    if (fd < 0 || static_cast<std::size_t>(fd) >= table_size) return;
    auto& entry = entries_[fd];
    auto before = entry.load(std::memory_order_relaxed);
    while (!entry.compare_exchange_weak(before, ((before & ~bits_mask) + one_generation) & ~bits_mask & ~known,
                                        std::memory_order_relaxed)) {
    }
}

void Descriptors::duplicated(int from, int to) noexcept
{
    if (from < 0 || static_cast<std::size_t>(from) >= table_size) return forget(to);
    const auto entry = entries_[from].load(std::memory_order_relaxed);
    if ((entry & known) != 0)
        opened(to, entry & bits_mask);
    else
        forget(to);
}

void Descriptors::forget_range(unsigned first, unsigned last) noexcept
{
    for (std::size_t fd = first; fd <= last && fd < table_size; ++fd)
        if (entries_[fd].load(std::memory_order_relaxed) != 0) forget(static_cast<int>(fd));
}

} // namespace faultline::engine
