#include "run/environment.hpp"

#include "plan/control_page.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <string_view>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

namespace faultline::run {

namespace {

namespace fs = std::filesystem;

bool is_separator(char byte) { return byte == ':' || byte == ' '; }

/// The entries of an LD_PRELOAD.
std::vector<std::string> entries(std::string_view preload)
{
    std::vector<std::string> all;
    while (!preload.empty()) {
        const auto end = static_cast<std::size_t>(std::ranges::find_if(preload, is_separator) - preload.begin());
        if (end > 0) all.emplace_back(preload.substr(0, end));
        preload.remove_prefix(std::min(end + 1, preload.size()));
    }
    return all;
}

bool is_asan(std::string_view library) { return library.find("libasan.so") != std::string_view::npos; }

/// ASan refuses to work unless it is the first library of all, and a preloaded one comes before it.
std::string preload(const std::string& library, const std::vector<std::string>& needed)
{
    const char* const before = std::getenv("LD_PRELOAD");
    std::vector<std::string> first;
    std::vector<std::string> rest;
    for (auto& entry : entries(before == nullptr ? "" : before)) {
        if (entry == library) continue;
        (is_asan(entry) ? first : rest).push_back(std::move(entry));
    }
    for (const auto& name : needed)
        if (first.empty() && is_asan(name)) first.push_back(name);
    first.push_back(library);
    first.insert(first.end(), rest.begin(), rest.end());
    return fmt::format("{}", fmt::join(first, ":"));
}

} // namespace

RunDirectory::RunDirectory(Under which)
{
    const char* const wished = std::getenv("TMPDIR");
    const std::string parents[] = {wished == nullptr ? "" : wished, "/tmp", "/var/tmp"};
    // First one that the other users of the tree can reach too.
    for (const bool anybody : {true, false})
        for (const auto& parent : parents) {
            if (parent.empty() || !path_.empty() || (anybody && which == Under::open && !open_to_all(parent))) continue;
            std::error_code error;
            auto pattern = (fs::absolute(parent, error) / "faultline-XXXXXX").string();
            if (::mkdtemp(pattern.data()) == nullptr) continue;
            outer_ = pattern;
            unsigned char secret[16];
            if (::getrandom(secret, sizeof secret, 0) != sizeof secret) return;
            const auto inner = fmt::format("{}/{:02x}", outer_, fmt::join(secret, ""));
            constexpr mode_t enter_only = 0711;
            constexpr mode_t add_only = 01733;
            if (::mkdir(inner.c_str(), S_IRWXU) == 0 && ::chmod(inner.c_str(), add_only) == 0 &&
                ::chmod(outer_.c_str(), enter_only) == 0)
                path_ = inner;
        }
}

RunDirectory::~RunDirectory()
{
    std::error_code error; // what cannot be removed stays: there is nothing better to do about it
    if (!outer_.empty() && !kept_) fs::remove_all(outer_, error);
}

std::string RunDirectory::write(const std::string& name, std::string_view bytes, unsigned mode) const
{
    const auto path = path_ + "/" + name;
    std::FILE* const file = std::fopen(path.c_str(), "wxe");
    if (file == nullptr) return {};
    const bool opened_up = ::fchmod(::fileno(file), mode) == 0; // whatever the umask
    const bool written = std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
    return std::fclose(file) == 0 && written && opened_up ? path : std::string();
}

bool open_to_all(const std::string& path)
{
    std::error_code error;
    auto at = fs::canonical(path, error);
    if (error) return false;
    const auto wanted = fs::is_directory(at, error) ? fs::perms::others_exec : fs::perms::others_read;
    if ((fs::status(at, error).permissions() & wanted) == fs::perms::none) return false;
    for (at = at.parent_path();; at = at.parent_path()) {
        if ((fs::status(at, error).permissions() & fs::perms::others_exec) == fs::perms::none) return false;
        if (at == at.root_path()) return true;
    }
}

std::string find_library()
{
    std::error_code error;
    const char* const given = std::getenv("FAULTLINE_LIBRARY");
    if (given != nullptr && *given != '\0') return fs::exists(given, error) ? fs::absolute(given, error).string() : "";
    const auto here = fs::read_symlink("/proc/self/exe", error).parent_path();
    for (const auto* const place :
         {".", "../" FAULTLINE_LIBDIR "/faultline", "../" FAULTLINE_LIBDIR, "../lib/faultline", "../lib", "../lib64"}) {
        const auto candidate = (here / place / "libfaultline.so").lexically_normal();
        if (fs::exists(candidate, error)) return candidate.string();
    }
    return {};
}

namespace {

/// The library's path as LD_PRELOAD can hold it, which has no way to quote blanks and colons, and as a user that the
/// program becomes can reach it: where that is another one, the library is copied. Empty where there is none.
std::string preloadable(const std::string& library, const std::string& directory)
{
    if (std::ranges::none_of(library, is_separator) && (::geteuid() != 0 || open_to_all(library))) return library;
    auto copy = directory + "/libfaultline.so";
    std::error_code error;
    fs::copy_file(library, copy, error);
    constexpr auto readable = fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec |
                              fs::perms::others_read | fs::perms::others_exec;
    if (!error) fs::permissions(copy, readable, error);
    return error || std::ranges::any_of(copy, is_separator) ? std::string() : copy;
}

/// An installed library as LD_PRELOAD names it: by the loader's $LIB, for which each process puts its own architecture's
/// directory, so that a tree of programs of several architectures is reached as far as their libraries are installed.
std::string for_each_architecture(const std::string& library)
{
    constexpr std::string_view place = "/" FAULTLINE_LOADER_LIB "/faultline/libfaultline.so";
    if (!library.ends_with(place)) return library;
    return library.substr(0, library.size() - place.size()) + "/$LIB/faultline/libfaultline.so";
}

/// "NAME=" of "NAME=value".
std::string_view name_of(std::string_view entry) { return entry.substr(0, entry.find('=') + 1); }

} // namespace

std::vector<std::string> environment_for(const Setting& setting, const std::string& directory, std::string& problem)
{
    std::vector<std::string> changes;
    if (!setting.library.empty()) {
        const auto library = preloadable(setting.library, directory);
        if (library.empty()) {
            problem = fmt::format("LD_PRELOAD cannot hold '{}': there is a blank or a colon in it", setting.library);
            return {};
        }
        changes = {"LD_PRELOAD=" + preload(for_each_architecture(library), setting.needed),
                   "FAULT_CONFIG=" + setting.config, fmt::format("FAULT_SEED={}", setting.seed),
                   "FAULT_RUN=" + directory};
        if (!setting.block.empty()) changes.push_back(fmt::format("{}={}", plan::block_variable, setting.block));
        if (!setting.control.empty()) changes.push_back(fmt::format("{}={}", plan::control_variable, setting.control));
        if (!setting.stats.empty()) changes.push_back("FAULT_STATS=" + setting.stats);
    }
    for (const auto& change : setting.changes) {
        std::erase_if(changes, [&](const std::string& other) { return name_of(other) == name_of(change); });
        changes.push_back(change);
    }

    std::vector<std::string> result;
    for (char** each = environ; *each != nullptr; ++each) {
        const std::string_view entry(*each);
        const auto name = name_of(entry);
        // A run begins a tree of processes of its own, also where another run started it.
        const bool replaced =
            name == "FAULT_LINEAGE=" || name == fmt::format("{}=", plan::control_variable) ||
            std::ranges::any_of(changes,
                                [&](const auto& change) { return !name.empty() && name_of(change) == name; }) ||
            std::ranges::any_of(setting.unset, [&](const auto& unset) { return name == unset + "="; });
        if (!replaced) result.emplace_back(entry);
    }
    result.insert(result.end(), changes.begin(), changes.end());
    return result;
}

} // namespace faultline::run
