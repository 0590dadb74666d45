// The page that a report in HTML is: its frame, style and script, compiled in from src/report/page/.
#pragma once

#include <string_view>

namespace faultline::report::page {

/// With @style@, @script@ and @data@ where those belong.
extern const std::string_view frame;
extern const std::string_view style, script;

} // namespace faultline::report::page
