#include "power/promises.hpp"

#include <regex>

namespace faultline::power {

struct Promises::Pattern {
    std::regex expression;
};

Promises::Promises(const std::string& expression, std::string& problem)
{
    try {
        pattern_ = std::make_unique<Pattern>(Pattern{std::regex(expression.empty() ? "^ACK (.*)" : expression)});
    } catch (const std::regex_error& error) {
        problem = error.what();
    }
}

Promises::~Promises() = default;

std::optional<std::string> Promises::in(const std::string& line) const
{
    std::smatch match;
    if (pattern_ == nullptr || !std::regex_search(line, match, pattern_->expression)) return {};
    return match.size() > 1 ? match[1].str() : line;
}

} // namespace faultline::power
