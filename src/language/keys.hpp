// What keys a plan may have, for documentation and for the test that config/reference.toml shows every one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace faultline::language {

struct KnownKey {
    std::string_view section; // "" (the top of the plan), "stats" or "fault"
    std::string_view name;
    bool required = false; // by all, or by all `types` that take it
    std::string types;     // the fault types that take it, "errno, returns"; empty: all
    std::string_view help; // one line
};

/// Every key, in the order in which a reader would want to meet them. A name can appear twice for different types.
[[nodiscard]] std::vector<KnownKey> known_keys();

} // namespace faultline::language
