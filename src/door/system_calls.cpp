#include "door/system_calls.hpp"

#include <algorithm>
#include <charconv>
#include <fcntl.h>
#include <linux/sched.h>
#include <sys/syscall.h>
#include <vector>

namespace faultline::door {
namespace {

bool is_cwd(std::uint64_t argument) { return static_cast<std::int32_t>(argument) == AT_FDCWD; }

bool at_cwd_of(const Told& told) { return is_cwd(told.arguments[0]); }
template <std::size_t Position>
bool is_null(const Told& told)
{
    return told.arguments[Position] == 0;
}

// The conditions of system_calls.def.
constexpr Condition always{[](const Told&) { return true; }, ""};
constexpr Condition at_cwd{at_cwd_of, "at AT_FDCWD"};
constexpr Condition second_cwd{[](const Told& told) { return is_cwd(told.arguments[1]); }, "at AT_FDCWD"};
constexpr Condition both_cwd{[](const Told& told) { return is_cwd(told.arguments[0]) && is_cwd(told.arguments[2]); },
                             "both at AT_FDCWD"};
constexpr Condition at_cwd_no_follow{
    [](const Told& told) { return at_cwd_of(told) && (told.arguments[3] & AT_SYMLINK_NOFOLLOW) != 0; },
    "at AT_FDCWD with AT_SYMLINK_NOFOLLOW"};
constexpr Condition no_path{
    [](const Told& told) { return told.path_is_empty && (told.arguments[3] & AT_EMPTY_PATH) != 0; },
    "of an empty path with AT_EMPTY_PATH"};
constexpr Condition removes_directory{
    [](const Told& told) { return at_cwd_of(told) && (told.arguments[2] & AT_REMOVEDIR) != 0; },
    "at AT_FDCWD with AT_REMOVEDIR"};
constexpr Condition removes_file{
    [](const Told& told) { return at_cwd_of(told) && (told.arguments[2] & AT_REMOVEDIR) == 0; },
    "at AT_FDCWD without AT_REMOVEDIR"};
constexpr Condition second_no_flags{is_null<1>, "without flags"};
constexpr Condition fourth_no_flags{is_null<3>, "without flags"};
constexpr Condition fourth_no_mask{is_null<3>, "without a signal mask"};
constexpr Condition fifth_no_mask{is_null<4>, "without a signal mask"};
constexpr Condition sixth_no_mask{is_null<5>, "without a signal mask"};
constexpr Condition fourth_no_usage{is_null<3>, "that asks for no rusage"};
constexpr Condition no_address{is_null<4>, "without an address"};
constexpr Condition no_timeout{is_null<4>, "without a timeout"};
constexpr Condition fourth_no_timeout{is_null<3>, "without a timeout"};
constexpr Condition real_time{is_null<0>, "of CLOCK_REALTIME"};
constexpr Condition makes_thread{[](const Told& told) { return (told.clone_flags & CLONE_THREAD) != 0; },
                                 "with CLONE_THREAD"};
constexpr Condition makes_process{[](const Told& told) { return (told.clone_flags & (CLONE_THREAD | CLONE_VM)) == 0; },
                                  "without CLONE_THREAD and CLONE_VM"};
constexpr Condition any_child{[](const Told& told) {
                                  return static_cast<std::int32_t>(told.arguments[0]) == -1 && told.arguments[2] == 0 &&
                                         told.arguments[3] == 0;
                              },
                              "of pid -1 without options and rusage"};
constexpr Condition reads_own_limit{[](const Told& told) { return told.arguments[0] == 0 && told.arguments[2] == 0; },
                                    "of pid 0 without a new limit"};
constexpr Condition sets_own_limit{[](const Told& told) { return told.arguments[0] == 0 && told.arguments[2] != 0; },
                                   "of pid 0 with a new limit"};

template <class... Positions>
constexpr std::array<std::int8_t, 6> positions(Positions... each)
{
    std::array<std::int8_t, 6> result{zero, zero, zero, zero, zero, zero};
    std::size_t count = 0;
    ((result[count++] = static_cast<std::int8_t>(each)), ...);
    return result;
}

constexpr Meaning written[] = {
#define MEANS(call, row, when, ...) {SYS_##call, #call, calls::id_##row, &(when), positions(__VA_ARGS__)},
#include "door/system_calls.def"
};

constexpr LeftOut refused[] = {
#define NOT(call, reason) {#call, reason},
#include "door/system_calls.def"
};

constexpr MadeOf made[] = {
#define CALLS(function, others) {#function, others},
#include "door/system_calls.def"
};

/// The number of the system call that each row is named after, as text. Where there is none, no macro has put a number
/// in the place of SYS_….
constexpr std::string_view numbers_of_rows[] = {
#define TEXT(number) #number
#define TEXT_OF(macro) TEXT(macro)
#define CALL(symbol, ...) TEXT_OF(SYS_##symbol),
#include "calls/all.def"
#undef TEXT
#undef TEXT_OF
};

/// Whether the row's system call has a line of its own.
bool is_written(std::string_view name)
{
    return std::ranges::count(refused, name, &LeftOut::name) != 0 ||
           std::ranges::any_of(written, [&](const Meaning& each) {
               return each.name == name && std::string_view(calls::table[each.row].name) == name;
           });
}

std::vector<Meaning> all_meanings()
{
    std::vector<Meaning> all;
    for (std::uint16_t row = 0; row < calls::row_count; ++row) {
        const auto& spec = calls::table[row];
        const auto text = numbers_of_rows[row];
        int number = 0;
        const bool has_number = std::from_chars(text.begin(), text.end(), number).ptr == text.end();
        if (has_number && spec.means.empty() && !is_written(spec.name)) // a twin is its row's other name
            all.push_back({number, spec.name, calls::Id{row}, &always, positions(0, 1, 2, 3, 4, 5)});
    }
    all.insert(all.end(), std::begin(written), std::end(written));
    return all;
}

/// Those of one call side by side.
const std::vector<Meaning>& sorted()
{
    static const auto all = [] {
        std::vector<Meaning> result(meanings().begin(), meanings().end());
        std::ranges::stable_sort(result, {}, &Meaning::number);
        return result;
    }();
    return all;
}

} // namespace

std::span<const Meaning> meanings()
{
    static const auto all = all_meanings();
    return all;
}

std::span<const Meaning> meanings_of(int number)
{
    const std::span<const Meaning> all = sorted();
    const auto first = std::ranges::lower_bound(all, number, {}, &Meaning::number);
    const auto last = std::ranges::upper_bound(all, number, {}, &Meaning::number);
    return {first, last};
}

std::array<engine::Word, 6> words_of(const Meaning& meaning, const Told& told)
{
    std::array<engine::Word, 6> words{};
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto position = meaning.positions[i];
        if (position == how)
            words[i] = told.open_flags;
        else if (position != zero)
            words[i] = told.arguments[static_cast<std::uint8_t>(position)];
    }
    return words;
}

std::span<const LeftOut> left_out() { return refused; }

std::span<const MadeOf> made_of() { return made; }

std::string_view name_of(int number)
{
    const auto found = meanings_of(number);
    return found.empty() ? std::string_view{} : found.front().name;
}

} // namespace faultline::door
