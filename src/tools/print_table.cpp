// Build-time tool: prints the table as tab-separated text, one symbol a line, for the scripts that check it:
// symbol, function, family, how it fails, its environmental errors, its programming errors.
#include "calls/errors.hpp"
#include "calls/table.hpp"

#include <cstdio>
#include <string>

using namespace faultline::calls;

namespace {

constexpr std::string_view failure_names[] = {"nothing", "minus_one", "null", "zero", "code", "gai_code"};

std::string list(const Errors& errors)
{
    std::string text;
    for (auto code : errors) {
        if (!text.empty()) text += ' ';
        std::string_view name = "?";
        for (const auto& known : named_errors)
            if (known.code == code) {
                name = known.name;
                break;
            }
        text += name;
    }
    return text;
}

} // namespace

int main()
{
    for (const auto& spec : table) {
        std::string line{spec.name};
        for (auto field : {spec.function(), family_names[static_cast<std::size_t>(spec.family)],
                           failure_names[static_cast<std::size_t>(spec.fails.returns)]})
            line.append("\t").append(field);
        std::puts((line + '\t' + list(spec.fails.errors) + '\t' + list(spec.misuse)).c_str());
    }
}
