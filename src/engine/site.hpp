// Where a call came from: the module and offset of its return address, and the hash of the whole stack above it, both
// the same from run to run whatever the address layout.
#pragma once

#include "ledger/layout.hpp"

namespace faultline::engine {

/// Notes caller and site in an event. No lock and no allocation: libc's _dl_find_object is made for signal handlers,
/// and the unwinder uses it too. After boot.
void note_site(ledger::Event& event, const void* caller) noexcept;

/// Does the unwinder's work of its first use. Boot only.
void prepare_sites() noexcept;

} // namespace faultline::engine
