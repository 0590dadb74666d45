// Whose call the recorder makes: its descriptors, its idea of paths, its rights.
#pragma once

#include "door/record_inodes.hpp"
#include "door/size_limit.hpp"

#include <linux/seccomp.h>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <sys/types.h>
#include <vector>

namespace faultline::door {

/// What counts when a name is looked up or made.
struct Rights {
    mode_t umask = 0;
    std::uint32_t user = 0, group = 0; // of the file system's
    std::vector<std::uint32_t> groups;
    std::uint64_t capabilities = 0;
    bool operator==(const Rights&) const = default;
};
[[nodiscard]] std::optional<Rights> rights_of(pid_t tid);

/// What /proc says of a thread, for as long as it can be relied on (see Callers::doubt).
struct Facts {
    std::optional<Rights> rights;
    std::optional<bool> sees_as_we; // it has our root and mounts
};

/// A call that waits for its answer.
struct Asked {
    std::uint64_t id = 0;
    pid_t tid = 0, pid = 0; // pid: the process
    int pidfd = -1;         // of the thread
    int number = 0;
    std::uint64_t arguments[6]{};
    std::uint64_t address =
        0;                  // of the call in its code; 0: its stack is not to be looked at any more, or there is none
    std::uint32_t site = 0; // what was seen of it then
    const char* name = "";
    std::string thread;
    Facts* facts = nullptr; // until the next call is received

    [[nodiscard]] int integer(int argument) const { return static_cast<int>(arguments[argument]); }
};

/// Makes the calling thread have the rights of another one, until the end of its scope.
class WithRights {
public:
    WithRights(const Rights& rights, const Rights& own);
    ~WithRights();
    WithRights(const WithRights&) = delete;
    WithRights& operator=(const WithRights&) = delete;
    [[nodiscard]] bool possible() const { return possible_; }

private:
    const Rights& own_;
    bool possible_ = true, changed_ = false;
    mode_t umask_;
};

/// A path as a caller gives it, said so that it means the same to us.
struct Place {
    Fd base;          // of a relative path
    std::string path; // empty: the base itself
    [[nodiscard]] int at() const { return base ? base.get() : -100 /* AT_FDCWD */; }
    /// For calls without a directory's descriptor.
    [[nodiscard]] std::string whole() const;
};
/// What an argument says; nothing where that cannot be found out, which the kernel then says itself.
[[nodiscard]] std::optional<Place> place_of(const Asked& asked, int directory, std::uint64_t path);
/// A path's directory, to be looked at only, and the last name.
struct Last {
    Fd directory;
    std::string name;
};
[[nodiscard]] std::optional<Last> last_of(const Place& place);
/// Where a path that ends in a link leads in the end: the last that is no link, and may not exist.
[[nodiscard]] std::optional<Last> resolve(const Asked& asked, Last last);

/// A duplicate of a caller's descriptor.
[[nodiscard]] Fd descriptor_of(const Asked& asked, int fd);

/// Threads of the tree, with what finds them again.
class Callers {
public:
    ~Callers();
    /// Fills in who calls. False: it is gone.
    [[nodiscard]] bool find(Asked& asked);
    /// Its call passes, and may change what /proc says of it or of those that share with it: nothing is relied on from
    /// here until the thread is heard of again, when the call is over.
    void doubt(const Asked& asked);

private:
    struct Thread {
        int pidfd = -1;
        pid_t pid = 0;
        std::string name;
        Facts facts;
    };
    void forget();

    std::map<pid_t, Thread> threads_;
    std::set<pid_t> doubted_;
    std::map<pid_t, std::pair<std::uint32_t, std::uint32_t>> processes_; // ordinal, threads so far
    std::uint32_t count_ = 0;
};

} // namespace faultline::door
