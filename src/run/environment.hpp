// What the program finds in its environment: the library to preload, the plan, the seed, and a directory of this run's
// own, through which the library tells where each process keeps its record.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::run {

/// A directory that lives as long as this object. Every user that the program becomes may use it, and strangers may
/// not: it lies in another one that they cannot list, under a name that they cannot guess, and what lies in it can be
/// removed or renamed only by its owner (SECURITY.md).
class RunDirectory {
public:
    enum class Under : std::uint8_t { open, any };
    /// Under TMPDIR or /tmp, and one that other users can reach if there is such a one; `any`: TMPDIR if it can be made
    /// there. path() is empty where it cannot be made.
    explicit RunDirectory(Under which = Under::open);
    ~RunDirectory();
    RunDirectory(const RunDirectory&) = delete;
    RunDirectory& operator=(const RunDirectory&) = delete;

    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] bool holds(const std::string& file) const { return file.starts_with(path_ + "/"); }
    void keep() noexcept { kept_ = true; } // something in it is still needed
    [[nodiscard]] bool kept() const noexcept { return kept_; }
    /// Writes a file of that name for every user of the tree to read, and with `mode` perhaps to write. Its path; empty
    /// where that failed, and errno says why.
    [[nodiscard]] std::string write(const std::string& name, std::string_view bytes, unsigned mode) const;

private:
    std::string outer_;
    std::string path_;
    bool kept_ = false;
};

/// Whether any user may read the file, and reach it.
[[nodiscard]] bool open_to_all(const std::string& path);

/// The absolute path of libfaultline.so; empty where it is not found. FAULTLINE_LIBRARY names it outright.
[[nodiscard]] std::string find_library();

struct Setting {
    std::string library; // empty: nothing is preloaded
    std::string config;  // FAULT_CONFIG: the absolute path of the TOML, or else of the compiled plan
    std::string block;   // the compiled plan's; empty: there is none
    std::string control; // the control file's; empty: the run is not changed while it goes on
    std::uint64_t seed = 0;
    std::string stats;                // FAULT_STATS; empty: as it is
    std::vector<std::string> needed;  // libraries of the program
    std::vector<std::string> changes; // "NAME=value", over all else
    std::vector<std::string> unset;   // names
};

/// Our environment with the setting in it. `directory`: the run's own. `problem` says why there is none.
[[nodiscard]] std::vector<std::string> environment_for(const Setting& setting, const std::string& directory,
                                                       std::string& problem);

} // namespace faultline::run
