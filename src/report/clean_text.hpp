// Text from somewhere else (what a program printed, names in a damaged file), made fit for any document: what comes out is
// valid UTF-8 without control characters. Records are cleaned where they are read, so no format has to.
#pragma once

#include <string>
#include <string_view>

namespace faultline::report {

/// Control characters but for line breaks and tabs, what is no UTF-8, and code points that XML 1.0 forbids or that turn
/// the direction of text become \xNN, byte by byte.
[[nodiscard]] std::string clean(std::string_view text);

/// The same in one line: line breaks and tabs become \xNN as well.
[[nodiscard]] std::string clean_line(std::string_view text);

/// A clean text as the content of an element or an attribute in quotes of XML.
[[nodiscard]] std::string xml(std::string_view text);

/// At most so many bytes of a clean text: its beginning and its end, with what is left out between them.
[[nodiscard]] std::string shortened(const std::string& text, std::size_t most);
/// Bytes of one finding's output in a document: whatever is much longer is cut off by those who read it, or costs them
/// their memory.
inline constexpr std::size_t most_output = 16UL * 1024;

} // namespace faultline::report
