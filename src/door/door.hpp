// The kernel's door of one run: a supervisor process, and what the program's process does to come under it.
#pragma once

#include "door/images.hpp"
#include "door/shared.hpp"

#include <functional>
#include <linux/filter.h>
#include <string>
#include <vector>

namespace faultline::door {

class Door {
public:
    /// Starts the supervisor. `numbers`: fit()'s. Where that fails, problem() says why.
    Door(Setting setting, const std::vector<int>& numbers);
    /// With another supervisor, which calls `ready` when the program may begin, and comes back when no process is left.
    using Serve = std::function<void(Shared& shared, int listener, const std::function<void()>& ready)>;
    Door(std::vector<sock_filter> filter, const Serve& serve);
    ~Door(); // the supervisor goes on for as long as somebody is left of the tree
    Door(const Door&) = delete;
    Door& operator=(const Door&) = delete;

    /// To be called in the program's process right before it is executed, with the address of the Door. System calls
    /// only, as in a vfork child. Ends the process with status 125 where the filter cannot be had.
    static void enter(const void* door) noexcept;

    /// After the program has ended: why the run is void, or why it never began; empty: all is well.
    [[nodiscard]] std::string problem() const;
    /// Whether the supervisor lives; and news for it, in the memory that both share.
    [[nodiscard]] bool serves() const;
    void wake() const;

private:
    std::vector<sock_filter> filter_;
    Shared* shared_ = nullptr;
    pid_t supervisor_ = -1;
    std::string problem_;
};

} // namespace faultline::door
