#include "run/environment.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <string_view>
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

RunDirectory::RunDirectory()
{
    const char* const wished = std::getenv("TMPDIR");
    for (const char* const parent : {wished, "/tmp"}) {
        if (parent == nullptr || *parent == '\0' || !path_.empty()) continue;
        std::error_code error;
        auto pattern = (fs::absolute(parent, error) / "faultline-XXXXXX").string();
        if (::mkdtemp(pattern.data()) != nullptr) path_ = pattern;
    }
}

RunDirectory::~RunDirectory()
{
    std::error_code error; // what cannot be removed stays: there is nothing better to do about it
    if (!path_.empty() && !kept_) fs::remove_all(path_, error);
}

std::string find_library()
{
    std::error_code error;
    const char* const given = std::getenv("FAULTLINE_LIBRARY");
    if (given != nullptr && *given != '\0') return fs::exists(given, error) ? fs::absolute(given, error).string() : "";
    const auto here = fs::read_symlink("/proc/self/exe", error).parent_path();
    for (const auto* const place : {".", "../" FAULTLINE_LIBDIR, "../lib/faultline", "../lib", "../lib64"}) {
        const auto candidate = (here / place / "libfaultline.so").lexically_normal();
        if (fs::exists(candidate, error)) return candidate.string();
    }
    return {};
}

std::string RunDirectory::write(const std::string& name, std::string_view content) const
{
    const auto path = path_ + "/" + name;
    std::ofstream file(path, std::ios::binary);
    file << content;
    return file.flush() ? path : std::string();
}

namespace {

/// The library's path as LD_PRELOAD can hold it, which has no way to quote a separator; empty where there is none.
std::string preloadable(const std::string& library, const std::string& directory)
{
    if (std::ranges::none_of(library, is_separator)) return library;
    auto link = directory + "/libfaultline.so";
    std::error_code error;
    fs::create_symlink(library, link, error);
    return error || std::ranges::any_of(link, is_separator) ? std::string() : link;
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
        changes = {"LD_PRELOAD=" + preload(library, setting.needed), "FAULT_CONFIG=" + setting.config,
                   fmt::format("FAULT_SEED={}", setting.seed), "FAULT_RUN=" + directory};
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
            name == "FAULT_LINEAGE=" ||
            std::ranges::any_of(changes,
                                [&](const auto& change) { return !name.empty() && name_of(change) == name; }) ||
            std::ranges::any_of(setting.unset, [&](const auto& unset) { return name == unset + "="; });
        if (!replaced) result.emplace_back(entry);
    }
    result.insert(result.end(), changes.begin(), changes.end());
    return result;
}

} // namespace faultline::run
