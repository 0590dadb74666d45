#include "door/system_calls.hpp"

#include <algorithm>
#include <fcntl.h>
#include <linux/sched.h>
#include <sys/syscall.h>
#include <vector>

namespace faultline::door {
namespace {

bool is_cwd(std::uint64_t argument) { return static_cast<std::int32_t>(argument) == AT_FDCWD; }

// The conditions of syscalls.def.
bool always(const Told&) { return true; }
bool at_cwd(const Told& told) { return is_cwd(told.arguments[0]); }
bool second_cwd(const Told& told) { return is_cwd(told.arguments[1]); }
bool both_cwd(const Told& told) { return is_cwd(told.arguments[0]) && is_cwd(told.arguments[2]); }
bool at_cwd_no_follow(const Told& told) { return at_cwd(told) && (told.arguments[3] & AT_SYMLINK_NOFOLLOW) != 0; }
bool no_path(const Told& told) { return told.path_is_empty && (told.arguments[3] & AT_EMPTY_PATH) != 0; }
bool removes_directory(const Told& told) { return at_cwd(told) && (told.arguments[2] & AT_REMOVEDIR) != 0; }
bool removes_file(const Told& told) { return at_cwd(told) && (told.arguments[2] & AT_REMOVEDIR) == 0; }
bool second_null(const Told& told) { return told.arguments[1] == 0; }
bool fourth_null(const Told& told) { return told.arguments[3] == 0; }
bool fifth_null(const Told& told) { return told.arguments[4] == 0; }
bool sixth_null(const Told& told) { return told.arguments[5] == 0; }
bool makes_thread(const Told& told) { return (told.clone_flags & CLONE_THREAD) != 0; }
bool makes_process(const Told& told) { return (told.clone_flags & (CLONE_THREAD | CLONE_VM)) == 0; }
bool any_child(const Told& told)
{
    return static_cast<std::int32_t>(told.arguments[0]) == -1 && told.arguments[2] == 0 && fourth_null(told);
}
bool reads_own_limit(const Told& told) { return told.arguments[0] == 0 && told.arguments[2] == 0; }
bool sets_own_limit(const Told& told) { return told.arguments[0] == 0 && told.arguments[2] != 0; }

template <class... Positions>
constexpr std::array<std::int8_t, 6> positions(Positions... each)
{
    std::array<std::int8_t, 6> result{zero, zero, zero, zero, zero, zero};
    std::size_t count = 0;
    ((result[count++] = static_cast<std::int8_t>(each)), ...);
    return result;
}

// In the order of the file; meanings_of() needs those of one call side by side.
constexpr Meaning unsorted[] = {
#define SAME(name) {SYS_##name, #name, calls::id_##name, &always, positions(0, 1, 2, 3, 4, 5)},
#define MEANS(call, row, when, ...) {SYS_##call, #call, calls::id_##row, &(when), positions(__VA_ARGS__)},
#define NOT(call, reason)
#include "door/system_calls.def"
#undef SAME
#undef MEANS
#undef NOT
};

constexpr LeftOut refused[] = {
#define SAME(name)
#define MEANS(call, row, when, ...)
#define NOT(call, reason) {#call, reason},
#include "door/system_calls.def"
#undef SAME
#undef MEANS
#undef NOT
};

const std::vector<Meaning>& sorted()
{
    static const auto all = [] {
        std::vector<Meaning> result(std::begin(unsorted), std::end(unsorted));
        std::ranges::stable_sort(result, {}, &Meaning::number);
        return result;
    }();
    return all;
}

} // namespace

std::span<const Meaning> meanings() { return unsorted; }

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
            words[i] = told.arguments[static_cast<std::size_t>(position)];
    }
    return words;
}

std::span<const LeftOut> left_out() { return refused; }

std::string_view name_of(int number)
{
    const auto found = meanings_of(number);
    return found.empty() ? std::string_view{} : found.front().name;
}

} // namespace faultline::door
