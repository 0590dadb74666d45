#include "explore/outside.hpp"

#include "language/toml_text.hpp"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>
#include <tuple>

namespace faultline::explore {

namespace {

namespace fs = std::filesystem;

/// Functions that change something under a name; those that open only with one of the flags. Whether fopen is to write
/// shows in the file.
struct Watched {
    std::string_view functions; // of TOML
    std::string_view flag;
};
constexpr Watched watched[] = {
    {R"("open", "openat")", "O_WRONLY"},
    {R"("open", "openat")", "O_RDWR"},
    {R"("creat", "fopen", "freopen", "mkstemp", "mkostemp", "mkstemps", "mkostemps", "mkdtemp", "mkdir", "mkdirat",)"
     R"( "mknod", "mknodat", "mkfifo", "mkfifoat", "symlink", "symlinkat", "link", "linkat", "rename", "renameat",)"
     R"( "renameat2", "unlink", "unlinkat", "rmdir", "remove", "truncate", "chmod", "fchmodat", "chown", "lchown",)"
     R"( "fchownat", "utime", "utimes", "lutimes", "utimensat", "setxattr", "lsetxattr", "removexattr",)"
     R"( "lremovexattr")",
     ""},
};

/// A glob that matches this text alone.
std::string literal(std::string_view text)
{
    std::string glob;
    for (const char byte : text)
        glob += byte == '*' || byte == '?' || byte == '[' ? fmt::format("[{}]", byte) : std::string(1, byte);
    return glob;
}

bool lies_in(const std::string& path, const std::string& directory)
{
    return path == directory || directory == "/" || path.starts_with(directory + "/");
}

/// What is the kernel's own, and no file.
bool is_made_up(const std::string& path) { return lies_in(path, "/proc") || lies_in(path, "/sys"); }

constexpr std::string_view any_name = "XXXXXX";

bool removes(std::string_view function)
{
    return function.starts_with("unlink") || function == "rmdir" || function == "remove";
}

enum class State : std::uint8_t { gone, untouched, changed };

State state_of(const std::string& path, const timespec& began)
{
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) return State::gone;
    const bool keeps = S_ISREG(status.st_mode) || S_ISDIR(status.st_mode) || S_ISLNK(status.st_mode);
    const bool older =
        std::tuple(status.st_ctim.tv_sec, status.st_ctim.tv_nsec) < std::tuple(began.tv_sec, began.tv_nsec);
    return !keeps || older ? State::untouched : State::changed;
}

} // namespace

std::string watch_outside(const std::vector<std::string>& own)
{
    std::vector<std::string> paths{language::quoted("/**")};
    for (const auto& directory : own)
        for (const auto* const end : {"", "/**"})
            paths.push_back(language::quoted(fmt::format("!{}{}", literal(directory), end)));
    std::string plan;
    int number = 0;
    for (const auto& [functions, flag] : watched) {
        plan += fmt::format("\n[[fault]]\nname = \"outside-{}\"\nfunctions = [{}]\ntype = \"delay\"\ndelay = \"0ns\"\n"
                            "path = [{}]\n",
                            ++number, functions, fmt::join(paths, ", "));
        if (!flag.empty()) plan += fmt::format("flags = [\"{}\"]\n", flag);
    }
    return plan;
}

std::vector<std::string> written_outside(const Observation& seen, const std::vector<std::string>& own,
                                         const std::string& working, const timespec& began)
{
    std::vector<std::string> found;
    std::vector<std::string> made; // names, or with XXXXXX what mkstemp and its like make a name of
    const auto is_own = [&](const std::string& path) {
        return std::ranges::any_of(own, [&](const std::string& directory) { return lies_in(path, directory); });
    };
    const auto was_made = [&](const std::string& name) {
        return std::ranges::any_of(made, [&](const std::string& each) {
            return each == name ||
                   (each.find(any_name) != std::string::npos && name.starts_with(each.substr(0, each.find(any_name))));
        });
    };
    const auto add = [&](std::string name) {
        if (std::ranges::find(found, name) == found.end()) found.push_back(std::move(name));
    };
    for (const auto& each : seen.struck) {
        if (each.failed != 0 || each.path.empty()) continue;
        if (each.path_cut) {
            add("…" + each.path);
            continue;
        }
        const bool relative = each.path.front() != '/';
        const auto whole = relative ? fs::path(working) / each.path : fs::path(each.path);
        std::error_code error; // the same directory may be called by another name
        const auto directory = fs::weakly_canonical(whole.parent_path(), error);
        const auto place = (directory / whole.filename()).lexically_normal().string();
        if (is_made_up(place)) continue;
        if (is_own(place)) { // of a command that went to another directory, or it is the other name that lies outside
            const bool perhaps =
                each.function == "fopen" || each.function == "freopen" || each.function.starts_with("symlink");
            if (relative && !perhaps) add(fmt::format("{} ({})", each.path, each.function));
            continue;
        }
        if (!removes(each.function)) made.push_back(place);
        const auto now = state_of(place, began);
        if (now == State::gone && was_made(place))
            add(fmt::format("{}/ (for a time)", directory.string()));
        else if (now != State::untouched)
            add(place);
    }
    return found;
}

} // namespace faultline::explore
