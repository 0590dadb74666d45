#include "hook/by_number.hpp"

#include <fcntl.h>
#include <sys/syscall.h>

namespace faultline::hook {
namespace {

struct Number {
    long number;
    calls::Id row;
};
constexpr Number numbers[] = {
#define NUMBER(name) {SYS_##name, calls::id_##name},
#define NUMBER_OF(name, row) {SYS_##name, calls::id_##row},
#include "calls/numbers.def"
};
constexpr std::size_t most_numbers = 512;

struct Table {
    std::uint16_t rows[most_numbers];
};
constexpr Table make_table()
{
    Table table{};
    for (auto& row : table.rows)
        row = calls::row_count;
    for (const auto& each : numbers)
        table.rows[each.number] = each.row;
    return table;
}
constexpr Table table = make_table();

/// Whether each fault on a row does the same whatever the arguments are.
bool needs_no_data(calls::Id row) noexcept
{
    const auto& schedule = *active.load(std::memory_order_acquire);
    const auto& target = schedule.targets[row];
    for (std::uint16_t i = 0; i < target.fault_count; ++i)
        if (schedule.faults[schedule.faults_of(target)[i]].type == plan::Type::corruption) return false;
    return target.fault_count != 0;
}

} // namespace

calls::Id row_of_number(Word number) noexcept
{
    return number < most_numbers ? calls::Id{table.rows[number]} : calls::row_count;
}

bool has_number(calls::Id row) noexcept
{
    for (const auto& each : numbers)
        if (each.row == row) return true;
    return false;
}

Alias alias_of(Word* words) noexcept
{
    Alias alias{};
    alias.row = calls::row_count;
    if (active.load(std::memory_order_acquire) == nullptr || words[0] != SYS_statx) return alias;
    const auto directory = static_cast<int>(words[1]);
    const auto flags = static_cast<int>(words[3]);
    alias.words[most_words - 1] = reinterpret_cast<Word>(words);
    if ((flags & AT_EMPTY_PATH) != 0) { // statx(fd, "", AT_EMPTY_PATH, …)
        alias.row = calls::id_fstat;
        alias.words[0] = words[1];
    } else if (directory == AT_FDCWD) {
        alias.row = (flags & AT_SYMLINK_NOFOLLOW) != 0 ? calls::id_lstat : calls::id_stat;
        alias.words[0] = words[2];
    } else {
        alias.row = calls::id_fstatat;
        alias.words[0] = words[1];
        alias.words[1] = words[2];
    }
    if (!needs_no_data(alias.row)) alias.row = calls::row_count;
    return alias;
}

Word perform_alias(Word* words)
{
    const auto* const original = reinterpret_cast<const Word*>(words[most_words - 1]);
    return static_cast<Word>(real<long(Word, Word, Word, Word, Word, Word, Word)>(calls::id_syscall)(
        original[0], original[1], original[2], original[3], original[4], original[5], original[6]));
}

} // namespace faultline::hook
