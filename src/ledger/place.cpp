#include "ledger/place.hpp"

#include "ledger/ledger.hpp"
#include "sys/calendar.hpp"
#include "sys/syscalls.hpp"
#include "sys/text.hpp"

#include <span>
#include <sys/stat.h>

namespace faultline::ledger {
namespace {

constinit Place where{};

// One behind the other, for a start pays for each page that it writes to.
[[gnu::section(".bss.late_begin")]] constinit char texts[4 * path_room];

/// Room for a text behind another one, which may be an empty one.
std::span<char> room_behind(std::string_view text) noexcept
{
    const auto used = text.data() == nullptr ? 0 : static_cast<std::size_t>(text.data() - texts) + text.size() + 1;
    return std::span{texts}.subspan(used, path_room);
}

/// YYYYMMDDTHHMMSSZ: sorts by time and needs no quoting in a shell.
void compact_time(sys::Writer& out, std::int64_t seconds) noexcept
{
    const auto two = [&out](std::uint64_t number) {
        out << static_cast<char>('0' + number / 10 % 10) << static_cast<char>('0' + number % 10);
    };
    const auto date = sys::civil(seconds / 86400);
    const auto of_day = static_cast<std::uint64_t>(seconds % 86400);
    out << static_cast<std::uint64_t>(date.year);
    two(date.month);
    two(date.day);
    out << 'T';
    two(of_day / 3600);
    two(of_day / 60 % 60);
    two(of_day % 60);
    out << 'Z';
}

/// Appends the pattern with its letters replaced. Two images of one run must not meet in one file: the first one of a
/// pid whose name holds its pid has the plain name, and so has the root of the tree; others carry their lineage.
void expand(sys::Writer& out, std::string_view pattern, const Identity& identity, std::int64_t started_s) noexcept
{
    bool has_pid = false;
    for (std::size_t i = 0; i + 1 < pattern.size(); ++i)
        if (pattern[i] == '%' && pattern[i + 1] == 'p') has_pid = true;
    const bool carries_lineage = has_pid ? identity.image_by_exec : identity.lineage != "0";
    const auto slash = pattern.rfind('/');
    auto extension = pattern.rfind('.');
    if (extension == std::string_view::npos || (slash != std::string_view::npos && extension < slash + 2))
        extension = pattern.size();
    for (std::size_t i = 0; i <= pattern.size(); ++i) {
        if (i == extension && carries_lineage) out << '.' << identity.lineage;
        if (i == pattern.size()) break;
        if (pattern[i] != '%' || i + 1 == pattern.size()) {
            out << pattern[i];
            continue;
        }
        switch (pattern[++i]) {
        case 'p':
            out << static_cast<std::uint64_t>(identity.pid);
            break;
        case 'e':
            out << identity.program;
            break;
        case 't':
            compact_time(out, started_s);
            break;
        default:
            out << '%';
            break;
        }
    }
}

} // namespace

void set_pattern(std::string_view pattern, std::string_view directory, std::string_view run) noexcept
{
    sys::Writer whole{room_behind({})};
    if (!pattern.starts_with('/')) whole << directory << '/';
    whole << pattern;
    where.pattern = whole.view();
    sys::Writer directory_of_run{room_behind(where.pattern)};
    directory_of_run << run;
    where.run = directory_of_run.view();
    where.for_command = !run.empty() && pattern.starts_with(run) && pattern.substr(run.size()).starts_with('/');
    const bool has_letters = pattern.find('%') != std::string_view::npos; // it names no file as it stands
    where.none = !where.for_command && !has_letters && is_special(where.pattern.data());
}

bool is_special(const char* path) noexcept
{
    struct stat status;
    return sys::call(SYS_newfstatat, AT_FDCWD, sys::address(path), sys::address(&status), 0) == 0 &&
           !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

const Place& place() noexcept { return where; }

bool name_files(std::string_view pattern, const Identity& identity, std::int64_t started_s) noexcept
{
    sys::Writer json{room_behind(where.run)};
    expand(json, pattern, identity, started_s);
    where.json = json.view();
    sys::Writer ledger{room_behind(where.json)};
    ledger << json.view() << ".live";
    where.ledger = ledger.view();
    return !json.cut() && !ledger.cut();
}

} // namespace faultline::ledger
