// A JSON writer that may run where nothing else may: the program has ended, its heap and its stdio may be broken.
#include "ledger/json.hpp"

#include "sys/calendar.hpp"

namespace faultline::ledger {

namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view replacement = "\xef\xbf\xbd"; // U+FFFD

/// The length of the UTF-8 sequence that `text` begins with, or 0 where it begins with none.
std::size_t sequence(std::string_view text) noexcept
{
    const auto at = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    const auto continues = [&](std::size_t i) { return (at(i) & 0xc0U) == 0x80U; };
    const auto lead = at(0);
    if (lead < 0x80) return 1;
    if (lead >= 0xc2 && lead < 0xe0) return continues(1) ? 2 : 0;
    if (lead >= 0xe0 && lead < 0xf0) {
        const bool too_long = lead == 0xe0 && at(1) < 0xa0;
        const bool surrogate = lead == 0xed && at(1) >= 0xa0;
        return continues(1) && continues(2) && !too_long && !surrogate ? 3 : 0;
    }
    if (lead >= 0xf0 && lead < 0xf5) {
        const bool too_long = lead == 0xf0 && at(1) < 0x90;
        const bool beyond = lead == 0xf4 && at(1) >= 0x90;
        return continues(1) && continues(2) && continues(3) && !too_long && !beyond ? 4 : 0;
    }
    return 0;
}

} // namespace

void Json::raw(char byte) noexcept
{
    if (used_ == buffer_.size()) {
        good_ = good_ && used_ != 0 && sink_.write(sink_.context, buffer_.data(), used_);
        used_ = 0;
    }
    if (good_) buffer_[used_++] = byte;
}

void Json::raw(std::string_view bytes) noexcept
{
    for (const auto byte : bytes)
        raw(byte);
}

bool Json::finish() noexcept
{
    raw('\n');
    good_ = good_ && sink_.write(sink_.context, buffer_.data(), used_);
    used_ = 0;
    return good_;
}

void Json::line() noexcept
{
    raw('\n');
    for (unsigned i = 0; i < depth_; ++i)
        raw("  ");
}

void Json::before() noexcept
{
    if (after_key_) {
        after_key_ = false;
        return;
    }
    const bool lines = (lines_ & 1U) != 0;
    if (!first_) raw(lines ? "," : ", ");
    if (lines) line();
    first_ = false;
}

Json& Json::key(std::string_view name) noexcept
{
    string(name);
    raw(": ");
    after_key_ = true;
    return *this;
}

void Json::open(char bracket, Lines lines) noexcept
{
    before();
    raw(bracket);
    lines_ = lines_ << 1U | (lines == Lines::each ? 1U : 0U);
    ++depth_;
    first_ = true;
}

void Json::close(char bracket, Lines lines) noexcept
{
    --depth_;
    lines_ >>= 1U;
    if (lines == Lines::each && !first_) line();
    raw(bracket);
    first_ = false;
}

void Json::escaped(std::string_view text) noexcept
{
    while (!text.empty()) {
        const auto length = sequence(text);
        const auto byte = static_cast<unsigned char>(text.front());
        if (length == 0) {
            raw(replacement);
        } else if (byte < 0x20) {
            raw("\\u00");
            raw(hex_digits[byte >> 4U]);
            raw(hex_digits[byte & 0xfU]);
        } else {
            if (byte == '"' || byte == '\\') raw('\\');
            raw({text.data(), length});
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
}

void Json::string(std::string_view a, std::string_view b, std::string_view c) noexcept
{
    before();
    raw('"');
    escaped(a);
    escaped(b);
    escaped(c);
    raw('"');
}

void Json::digits(std::uint64_t value, unsigned least, unsigned base) noexcept
{
    char reversed[20];
    unsigned count = 0;
    for (; value != 0 || count < least; value /= base)
        reversed[count++] = hex_digits[value % base];
    while (count != 0)
        raw(reversed[--count]);
}

void Json::number(std::uint64_t value) noexcept
{
    before();
    digits(value, 1);
}

void Json::integer(std::int64_t value) noexcept
{
    before();
    const auto bits = static_cast<std::uint64_t>(value);
    if (value < 0) raw('-');
    digits(value < 0 ? 0 - bits : bits, 1);
}

void Json::boolean(bool value) noexcept
{
    before();
    raw(value ? "true" : "false");
}

void Json::null() noexcept
{
    before();
    raw("null");
}

void Json::fixed(std::int64_t value, unsigned decimals) noexcept
{
    before();
    auto whole = static_cast<std::uint64_t>(value);
    if (value < 0) {
        raw('-');
        whole = 0 - whole;
    }
    std::uint64_t unit = 1;
    for (unsigned i = 0; i < decimals; ++i)
        unit *= 10;
    digits(whole / unit, 1);
    raw('.');
    digits(whole % unit, decimals);
}

void Json::hexadecimal(std::string_view a, std::string_view b, std::uint64_t value, unsigned least) noexcept
{
    before();
    raw('"');
    escaped(a);
    escaped(b);
    digits(value, least, 16);
    raw('"');
}

void Json::time(std::int64_t seconds, std::int64_t nanoseconds) noexcept
{
    constexpr std::int64_t per_day = 86400;
    const auto day = (seconds >= 0 ? seconds : seconds - (per_day - 1)) / per_day;
    const auto of_day = static_cast<std::uint64_t>(seconds - day * per_day);
    const auto date = sys::civil(day);
    const auto part = [this](std::uint64_t number, unsigned least, char after) {
        digits(number, least);
        raw(after);
    };
    before();
    raw('"');
    part(static_cast<std::uint64_t>(date.year), 4, '-');
    part(date.month, 2, '-');
    part(date.day, 2, 'T');
    part(of_day / 3600, 2, ':');
    part(of_day / 60 % 60, 2, ':');
    part(of_day % 60, 2, '.');
    part(static_cast<std::uint64_t>(nanoseconds) / 1000, 6, 'Z');
    raw('"');
}

} // namespace faultline::ledger
