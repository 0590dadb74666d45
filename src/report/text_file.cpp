#include "report/text_file.hpp"

#include <fstream>
#include <sstream>

namespace faultline::report {

std::string content_of(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return std::move(text).str();
}

} // namespace faultline::report
