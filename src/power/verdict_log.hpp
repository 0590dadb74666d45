// What the check said of states, written down one by one while it goes on: a search that was stopped goes on with them, and
// those of several searches of the same run are joined. What they say holds only for the same run and the same check.
#pragma once

#include "power/search.hpp"

namespace faultline::power {

/// The same for recordings of which every state is the same, and checks that are. Times and numbers of processes do not
/// count.
[[nodiscard]] std::uint64_t search_name(const door::Recording& recording, const Request& request);

class VerdictLog {
public:
    explicit VerdictLog(std::uint64_t search) : search_(search) {}
    VerdictLog(const VerdictLog&) = delete;
    VerdictLog& operator=(const VerdictLog&) = delete;
    ~VerdictLog();

    /// Adds what a search left in a directory. Returns why that is not this search; empty: it is.
    [[nodiscard]] std::string add(const std::string& directory, std::vector<std::string>& notes);
    /// Writes all of them into a directory; from now on what is kept is appended there. Returns what went wrong.
    [[nodiscard]] std::string open(const std::string& directory);
    /// How many states there are, and what is known of them before more is kept. Returns what went wrong.
    [[nodiscard]] std::string begin(const Progress& progress) const;
    [[nodiscard]] std::string keep(std::uint64_t state, std::uint32_t acknowledgements, const Verdict& verdict);
    /// nullptr: it is not known.
    [[nodiscard]] const Verdict* find(std::uint64_t state, std::uint32_t acknowledgements) const;

    static constexpr const char* file = "verdicts.jsonl";
    [[nodiscard]] static std::string path_in(const std::string& directory) { return directory + "/" + file; }

private:
    using Key = std::pair<std::uint64_t, std::uint32_t>;
    std::uint64_t search_;
    std::map<Key, Verdict> known_;
    int fd_ = -1;
};

/// How far a search that goes on in a directory has come; nothing before it is known how many states there are.
[[nodiscard]] std::optional<Progress> progress_in(const std::string& directory);

} // namespace faultline::power
