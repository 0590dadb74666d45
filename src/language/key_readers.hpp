// The readers of the keys of a [[fault]], by what the keys are for. Each puts the value into the draft, or says in the
// remarks what is wrong with it.
#pragma once

#include "language/fields.hpp"

namespace faultline::language {

// selector_keys.cpp: which calls
void read_path(FaultDraft& draft, const Field& field);
void read_size(FaultDraft& draft, const Field& field);
void read_fd(FaultDraft& draft, const Field& field);
void read_fd_kind(FaultDraft& draft, const Field& field);
void read_peer(FaultDraft& draft, const Field& field);
void read_flags(FaultDraft& draft, const Field& field);
void read_caller(FaultDraft& draft, const Field& field);
void read_site(FaultDraft& draft, const Field& field);
void read_thread(FaultDraft& draft, const Field& field);
void read_program(FaultDraft& draft, const Field& field);

// trigger_keys.cpp: which of their matches
void read_after(FaultDraft& draft, const Field& field);
void read_until(FaultDraft& draft, const Field& field);
void read_on(FaultDraft& draft, const Field& field);
void read_count(FaultDraft& draft, const Field& field);
void read_budget(FaultDraft& draft, const Field& field);
void read_probability(FaultDraft& draft, const Field& field);
void read_burst(FaultDraft& draft, const Field& field);
void read_max_triggers(FaultDraft& draft, const Field& field);
void read_sticky(FaultDraft& draft, const Field& field);
/// What the triggers cannot mean together.
void check_triggers(const FaultDraft& draft, Remarks& remarks);

// effect_keys.cpp: what is done
void read_errno(FaultDraft& draft, const Field& field);
void read_returns(FaultDraft& draft, const Field& field);
void read_delay_key(FaultDraft& draft, const Field& field);
void read_mode(FaultDraft& draft, const Field& field);
void read_share_key(FaultDraft& draft, const Field& field);
void read_bytes_key(FaultDraft& draft, const Field& field);
void read_damage_range(FaultDraft& draft, const Field& field);
void read_signal(FaultDraft& draft, const Field& field);
void read_deadly_signal(FaultDraft& draft, const Field& field);
void read_interrupt(FaultDraft& draft, const Field& field);
void read_moment(FaultDraft& draft, const Field& field);
void read_status(FaultDraft& draft, const Field& field);
void read_rate_of_throttle(FaultDraft& draft, const Field& field);
void read_offset(FaultDraft& draft, const Field& field);
void read_speed(FaultDraft& draft, const Field& field);

// damage_keys.cpp: what a corruption damages
void read_contiguous(FaultDraft& draft, const Field& field);
void read_attributes(FaultDraft& draft, const Field& field);
/// What the keys of a corruption cannot mean together.
void check_damage(const FaultDraft& draft, Remarks& remarks);

} // namespace faultline::language
