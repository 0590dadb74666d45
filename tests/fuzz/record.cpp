// Any bytes as a file that `faultline report` is given, up to the last printed line, in a format that its length chooses: the
// status is 0, or 125 with a problem told.
#include "cli/cli.hpp"
#include "file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count)
{
    const faultline::fuzz::File file(bytes, count);
    auto path = file.path();
    constexpr const char* formats[] = {"text", "json", "html", "junit", "sarif"};
    std::string words[] = {"faultline", "report", "--events", "--format", formats[count % std::size(formats)], path};
    char* arguments[] = {words[0].data(), words[1].data(), words[2].data(),
                         words[3].data(), words[4].data(), words[5].data()};
    const int status = faultline::cli::parse_and_run(6, arguments);
    if (status != 0 && status != faultline::cli::own_error) std::abort();
    return 0;
}
