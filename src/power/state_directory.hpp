// Trees and real directories: a state is laid out in one, and what a run left is compared with what its recording says.
#pragma once

#include "power/tree.hpp"

namespace faultline::power {

/// Where things are that the run did not change: by inode, in the real directories after the run.
using Sources = std::map<door::InodeId, std::string>;
[[nodiscard]] Sources sources(const Disks& disks, const Tree& last);

/// Writes a tree into one empty directory for each root. Returns what went wrong; empty: nothing.
[[nodiscard]] std::string lay_out(const Disks& disks, const Tree& tree, const Sources& sources,
                                  const std::vector<std::string>& directories);

/// What of the real directories is not as the last tree of a recording has it: names, contents, modes, owners, extended
/// attributes. Empty: the recording is true. `left_out`: directories that do not count.
[[nodiscard]] std::vector<std::string> differences(const Disks& disks, const Tree& last,
                                                   const std::vector<std::string>& left_out);

} // namespace faultline::power
