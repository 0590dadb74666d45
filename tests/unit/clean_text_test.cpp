// Whatever a program prints comes out as text that any document can hold: valid UTF-8, nothing that controls.
#include "report/clean_text.hpp"

#include <gtest/gtest.h>
#include <string>

namespace {

using namespace faultline::report;
using namespace std::string_literals;

TEST(CleanText, LeavesTextAlone)
{
    const auto text = "plain, \ttabs,\nlines, \xc3\xa9, \xe2\x82\xac, \xf0\x9f\x98\x80"s;
    EXPECT_EQ(clean(text), text);
    EXPECT_EQ(clean_line("a\tb\nc"), "a\\x09b\\x0ac");
}

TEST(CleanText, ShowsWhatControls)
{
    EXPECT_EQ(clean("\x1b[31m\r\x7f\0"s + "\0"s), "\\x1b[31m\\x0d\\x7f\\x00\\x00");
    EXPECT_EQ(clean("\xc2\x85"), "\\xc2\\x85");                                     // a control character of C1
    EXPECT_EQ(clean("\xe2\x80\xae"), "\\xe2\\x80\\xae");                            // turns the direction of text
    EXPECT_EQ(clean("\xe2\x80\xa8"), "\\xe2\\x80\\xa8");                            // a line break to JavaScript
    EXPECT_EQ(clean("\xef\xbf\xbe\xef\xbf\xbf"), "\\xef\\xbf\\xbe\\xef\\xbf\\xbf"); // no characters of XML
}

TEST(CleanText, ShowsWhatIsNoUtf8)
{
    EXPECT_EQ(clean("a\xff\xfe b"), "a\\xff\\xfe b");
    EXPECT_EQ(clean("\xc0\xaf"), "\\xc0\\xaf");                   // longer than need be
    EXPECT_EQ(clean("\xed\xa0\x80"), "\\xed\\xa0\\x80");          // half of a pair
    EXPECT_EQ(clean("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80"); // beyond Unicode
    EXPECT_EQ(clean("\xe2\x82"), "\\xe2\\x82");                   // cut short
    for (int byte = 0; byte < 256; ++byte)
        EXPECT_FALSE(clean(std::string(3, static_cast<char>(byte))).empty());
}

TEST(CleanText, IsQuotedForXml)
{
    EXPECT_EQ(xml("<a b=\"c\" d='e'>&]]>"), "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;]]&gt;");
}

TEST(CleanText, IsCutBetweenCharacters)
{
    EXPECT_EQ(shortened("short", 5), "short");
    std::string euros;
    for (int i = 0; i < 100; ++i)
        euros += "\xe2\x82\xac";
    const auto cut = shortened(euros, 100);
    EXPECT_EQ(clean(cut), cut);
    EXPECT_EQ(cut, euros.substr(0, 48) + "\n… 204 bytes are left out here …\n" + euros.substr(0, 48));
}

} // namespace
