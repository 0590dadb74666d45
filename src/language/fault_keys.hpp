// The keys of a [[fault]], as tables that stand beside their readers: fault_keys.cpp has what every fault needs,
// selector_keys.cpp which calls, trigger_keys.cpp at which of their matches, effect_keys.cpp what is done, damage_keys.cpp what a corruption damages. To add a key: a
// row and, if no present reader fits, a reader of a few lines; of a selector or trigger its words. Two rows may share a name where types give it different
// meanings. A reader puts the value into the draft, or says in the remarks what is wrong with it.
#pragma once

#include "language/draft.hpp"
#include "language/fields.hpp"

#include <span>
#include <vector>

namespace faultline::language {

/// A set of fault types, a bit for each.
using Types = std::uint32_t;
[[nodiscard]] constexpr Types one(Type type) { return Types{1} << static_cast<unsigned>(type); }
inline constexpr Types all_types = (Types{1} << type_names.size()) - 1;
inline constexpr Types no_types = 0;

struct FaultKey {
    std::string_view name;
    Types types;    // that take it
    Types required; // that cannot do without it
    void (*read)(FaultDraft& draft, const Field& field);
    std::string_view help;
    // What it says of a fault in `faultline check`, led by a blank or a comma. Of a selector: asked where the fault has
    // it. Of a trigger: empty where the fault has it not. Of others none: they are in what describe.cpp says of a type.
    std::string (*say)(const Plan& plan, const Fault& fault) = nullptr;
};

[[nodiscard]] std::span<const FaultKey> selector_keys();
[[nodiscard]] std::span<const FaultKey> trigger_keys();
[[nodiscard]] std::span<const FaultKey> effect_keys();
[[nodiscard]] std::span<const FaultKey> damage_keys();
/// All of them, in the order in which a reader would want to meet them.
[[nodiscard]] std::vector<FaultKey> fault_keys();

/// Finds the faults that others wait for. In selector_keys.cpp.
void resolve_after_fault(std::vector<FaultDraft>& faults, Remarks& remarks);
/// Whether a fault has no triggers but those that the engine asks of every one. In trigger_keys.cpp.
[[nodiscard]] bool is_plain(const FaultDraft& draft);
/// Says what the triggers cannot mean together. In trigger_keys.cpp.
void check_triggers(const FaultDraft& draft, Remarks& remarks);
/// Says what the keys of a corruption cannot mean together. In damage_keys.cpp.
void check_damage(const FaultDraft& draft, Remarks& remarks);
/// Says what the keys of an effect cannot mean together or lack, and fills in what is left out. In effect_keys.cpp.
void complete_effect(FaultDraft& draft, Remarks& remarks);

/// "errno and returns"; empty for all types.
[[nodiscard]] std::string names_of(Types types, std::string_view conjunction);

/// Reads one [[fault]], and checks whatever can be told from it alone and without the table of functions.
void read_fault(const Value& table, FaultDraft& draft, Remarks& remarks);

/// Says that a key of `section` is unknown, and where it belongs or what may have been meant.
void unknown_key(const Key& key, const Value& value, std::string_view section, Remarks& remarks);

} // namespace faultline::language
