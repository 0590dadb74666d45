// Writes JSON inside somebody's process: into a small buffer of the caller's, which goes to a sink whenever it is full.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace faultline::ledger {

/// Where rendered bytes go. `write` takes all `n` bytes, or returns false, and then is not called again.
struct Sink {
    bool (*write)(void* context, const char* bytes, std::size_t n);
    void* context;
};

/// A JSON document in the making. It puts commas and escapes strings; the caller sees to the nesting.
/// No allocation, no libc function but memcpy, errno untouched: any time, also after exit and in a signal handler.
class Json {
public:
    enum class Lines : bool { none, each }; // whether the members stand on lines of their own

    Json(Sink sink, std::span<char> buffer) noexcept : sink_(sink), buffer_(buffer) {}

    Json& key(std::string_view name) noexcept; // of the value that comes next
    void open(char bracket, Lines lines = Lines::none) noexcept;
    void close(char bracket, Lines lines = Lines::none) noexcept;

    /// Several parts make one string. A byte that is not UTF-8 becomes U+FFFD.
    void string(std::string_view a, std::string_view b = {}, std::string_view c = {}) noexcept;
    void number(std::uint64_t value) noexcept;
    void integer(std::int64_t value) noexcept;
    void boolean(bool value) noexcept;
    void null() noexcept;
    /// `value` divided by 10^decimals, in plain digits: fixed(412, 6) is 0.000412.
    void fixed(std::int64_t value, unsigned decimals) noexcept;
    /// Text and `value` as hexadecimal digits, at least `least` of them, in one string.
    void hexadecimal(std::string_view a, std::string_view b, std::uint64_t value, unsigned least = 1) noexcept;
    /// "YYYY-MM-DDTHH:MM:SS.uuuuuuZ" of a time since 1970.
    void time(std::int64_t seconds, std::int64_t nanoseconds) noexcept;

    /// Hands over what is left. Returns whether everything was written.
    bool finish() noexcept;

private:
    void raw(std::string_view bytes) noexcept;
    void raw(char byte) noexcept;
    void before() noexcept; // what stands before a value: a comma, a line break
    void line() noexcept;
    void digits(std::uint64_t value, unsigned least, unsigned base = 10) noexcept;
    void escaped(std::string_view text) noexcept;

    Sink sink_;
    std::span<char> buffer_;
    std::size_t used_ = 0;
    std::uint64_t lines_ = 0; // a bit for each open bracket: whether its members stand on lines of their own
    unsigned depth_ = 0;
    bool first_ = true; // nothing stands in the present bracket yet
    bool after_key_ = false;
    bool good_ = true;
};

} // namespace faultline::ledger
