// Reads a plan's file. It says before opening the text what is wrong with the file itself.
#include "calls/errors.hpp"
#include "language/parse.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace faultline::language {

namespace {

constexpr std::size_t biggest_plan = std::size_t{1} << 20U;

Parsed refused(std::string text)
{
    Parsed parsed;
    parsed.mistakes.push_back({0, 0, std::move(text)});
    return parsed;
}

std::string too_big(std::uint64_t bytes)
{
    const double mib = static_cast<double>(bytes) / static_cast<double>(biggest_plan);
    return mib < 1.05 ? fmt::format("the plan is {} bytes; at most 1 MiB, {} bytes", bytes, biggest_plan)
                      : fmt::format("the plan is {:.1f} MiB; at most 1 MiB", mib);
}

std::string cannot(std::string_view verb, int error)
{
    switch (error) {
    case ENOENT:
        return "there is no such file (check the path of the plan)";
    case ENOTDIR:
        return "there is no such file, for a part of the path is no directory (check the path of the plan)";
    case EACCES:
    case EPERM:
        return "the plan may not be read (give read permission on it and its directories)";
    case EISDIR:
        return "this is a directory (name the plan in it)";
    default:
        return fmt::format("the plan cannot be {} ({})", verb, calls::error_name(error));
    }
}

/// Closes on every way out.
class Descriptor {
public:
    explicit Descriptor(const char* path) : fd_(::open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {}
    ~Descriptor()
    {
        if (fd_ >= 0) ::close(fd_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int get() const { return fd_; }

private:
    int fd_;
};

std::string absolute(const std::string& path)
{
    if (path.starts_with('/')) return path;
    const std::unique_ptr<char, decltype(&std::free)> directory{::getcwd(nullptr, 0), &std::free};
    if (directory == nullptr) return path;
    std::string_view rest = path;
    while (rest.starts_with("./"))
        rest.remove_prefix(2);
    const std::string_view base = directory.get();
    return fmt::format("{}/{}", base == "/" ? "" : base, rest);
}

/// Reads to the end, or up to one byte more than a plan may have: `expected` may be wrong, files grow and /proc says 0.
/// Returns an error number, or 0.
int read_all(int fd, std::size_t expected, std::string& text)
{
    constexpr std::size_t least_room = 4096;
    std::size_t length = 0;
    text.resize(expected + 1);
    while (length <= biggest_plan) {
        if (length == text.size()) text.resize(std::min(length + std::max(length, least_room), biggest_plan + 1));
        const auto got = ::read(fd, text.data() + length, text.size() - length);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return errno;
        if (got == 0) break;
        length += static_cast<std::size_t>(got);
    }
    text.resize(length);
    return 0;
}

} // namespace

Parsed load(const std::string& path, Needs needs)
{
    if (path.empty()) return refused("the path of the plan is empty");
    const Descriptor file(path.c_str());
    return file.get() < 0 ? refused(cannot("opened", errno)) : load(file.get(), path, needs);
}

Parsed load(int fd, const std::string& path, Needs needs)
{
    struct stat status {};
    if (::fstat(fd, &status) != 0) return refused(cannot("examined", errno));
    if (S_ISDIR(status.st_mode)) return refused(cannot("read", EISDIR));
    if (!S_ISREG(status.st_mode)) return refused("this is not a regular file (put the plan into one)");
    const auto size = static_cast<std::uint64_t>(status.st_size);
    if (size > biggest_plan) return refused(too_big(size));

    std::string text;
    if (const int error = read_all(fd, size, text); error != 0) return refused(cannot("read", error));
    if (text.size() > biggest_plan) return refused(too_big(text.size()));
    auto parsed = parse(text, absolute(path), {}, needs);
    parsed.toml = {status.st_mtim.tv_sec, status.st_mtim.tv_nsec, size};
    return parsed;
}

} // namespace faultline::language
