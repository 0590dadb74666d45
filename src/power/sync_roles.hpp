// What each sync of a run is good for, by leaving it out: of a recording in which it covers nothing, the disks are made and
// checked again. So a check that notices no lost sync is found out, and so is a sync that nothing needs.
#pragma once

#include "power/search.hpp"

namespace faultline::power {

/// The recording as if that sync had not been made. It still has its place, so that all moments keep their numbers.
[[nodiscard]] door::Recording without_sync(const door::Recording& recording, std::uint32_t sync);

/// For each fsync, fdatasync, sync and their kin; `whole` is the search of the recording as it is, and `search_again`
/// searches one without a sync, with the same request. `problem`: why a search came to no end.
[[nodiscard]] std::vector<SyncRole> roles_of_syncs(const door::Recording& recording, const Request& request,
                                                   const Summary& whole,
                                                   const std::function<Summary(const door::Recording&)>& search_again,
                                                   std::string& problem);

/// "#3 fsync t (save at store.c:31): without it corrupt, where #2 write t (save at store.c:30) is lost [ext4]".
[[nodiscard]] std::string role_text(const door::Recording& recording, const SyncRole& role);

} // namespace faultline::power
