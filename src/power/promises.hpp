// Which lines of a program's output promise something: the only user of std::regex, which takes seconds to compile.
#pragma once

#include <memory>
#include <optional>
#include <string>

namespace faultline::power {

class Promises {
public:
    /// `expression`: a regular expression of ECMAScript, found anywhere in a line; empty: "^ACK (.*)". `problem` is set where
    /// it is none.
    Promises(const std::string& expression, std::string& problem);
    ~Promises();
    Promises(const Promises&) = delete;
    Promises& operator=(const Promises&) = delete;

    /// What a line promises: its first group, or all of it where there is none. Nothing: it is no promise.
    [[nodiscard]] std::optional<std::string> in(const std::string& line) const;

private:
    struct Pattern;
    std::unique_ptr<Pattern> pattern_;
};

} // namespace faultline::power
