// Runs through the kernel's door: a supervisor for each, which writes the records that the preloaded library would.
#pragma once

#include "door/door.hpp"
#include "explore/families.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace faultline::explore {

/// The door of one run.
class DoorRun {
public:
    /// Starts its supervisor for the plan that lies in a worker's directory. Where it cannot, problem() says why.
    DoorRun(const std::string& directory, const std::string& working);

    [[nodiscard]] const door::Door* door() const { return door_ ? &*door_ : nullptr; }
    /// Why there is none, or after the run, why it is void; empty: all is well.
    [[nodiscard]] std::string problem() const;

private:
    std::string problem_;
    std::optional<door::Door> door_;
};

/// Whether something that can be done to a function can be done to it there.
[[nodiscard]] bool door_does(std::string_view function, const Try& what);

} // namespace faultline::explore
