// System calls that a program makes by number: syscall(SYS_statx, …) is the same call as statx(…) by another way.
#pragma once

#include "hook/thunk.hpp"

namespace faultline::hook {

/// The row that means the same as a system call, or `calls::row_count`. Any time.
[[nodiscard]] calls::Id row_of_number(Word number) noexcept;

/// Whether some system call by number means a row. Boot.
[[nodiscard]] bool has_number(calls::Id row) noexcept;

/// A call as the row of another function, whose arguments it spells differently.
struct Alias {
    calls::Id row = calls::row_count; // none
    Word words[most_words];           // as the row has them; the last one leads to the original arguments
};

/// What a statx by number is to a program that calls it in place of stat, lstat, fstat or fstatat (libuv does): a fault
/// that names one of these strikes it too, as long as it does not touch the data, whose layout is another one.
[[nodiscard]] Alias alias_of(Word* words) noexcept;

/// Makes the call that an alias stands for, for effects. `words`: those of the alias.
Word perform_alias(Word* words);

} // namespace faultline::hook
