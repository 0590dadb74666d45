#include "language/demands.hpp"

#include "calls/flags.hpp"
#include "calls/functions.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <iterator>

namespace faultline::language {
namespace {

using calls::Failure;
using calls::Spec;

bool names_eintr(const FaultDraft& draft)
{
    return (has_type<Type::signal>(draft) && draft.fault.interrupt) ||
           std::any_of(draft.errors.begin(), draft.errors.end(),
                       [](const ErrorChoice& choice) { return choice.code == EINTR; });
}

template <calls::Flags::Kind kind>
bool wants_flags(const FaultDraft& draft)
{
    return std::any_of(draft.flags.begin(), draft.flags.end(), [](const FlagTest& test) { return test.kind == kind; });
}

template <calls::Flags::Kind kind>
constexpr bool takes_flags(const Spec& spec)
{
    return calls::takes_flags(spec, kind);
}

template <calls::Flags::Kind kind>
constexpr Demand flags_demand(std::string_view what)
{
    return {wants_flags<kind>, takes_flags<kind>, what, "it takes no such flags"};
}

/// A lost write: bytes that go out, a flush, or a datagram that comes in.
constexpr bool can_be_dropped(const Spec& spec)
{
    using enum calls::Data::Shape;
    return spec.can_be_lost() || (spec.family == calls::Family::net && spec.out.shape != none);
}

constexpr bool works_on_connection(const Spec& spec)
{
    if (spec.tracks != calls::Tracks::nothing || !spec.has_descriptor() || spec.dir != calls::absent) return false;
    using enum calls::Family;
    return spec.family == net || (spec.moves_data() && (spec.family == io || spec.family == stdio)) ||
           spec.in.shape == calls::Data::Shape::unseen;
}

/// Of one file, with the promise that it is on disk.
constexpr bool syncs_file(const Spec& spec) { return spec.function() == "fsync" || spec.function() == "fdatasync"; }

constexpr bool moves_block(const Spec& spec)
{
    return spec.out.shape == calls::Data::Shape::fresh && spec.out.length != calls::absent;
}

bool damages_bytes(const FaultDraft& draft) { return has_type<Type::corruption>(draft) && !draft.has("attributes"); }

bool names_gai_code(const FaultDraft& draft)
{
    return std::any_of(draft.errors.begin(), draft.errors.end(),
                       [](const ErrorChoice& choice) { return choice.code < 0; });
}

constexpr Demand demands[] = {
    {has_type<Type::error>, [](const Spec& spec) { return spec.can_fail(); }, "errno",
     "it has no way to report a failure"},
    {[](const FaultDraft& draft) { return has_type<Type::error>(draft) && !draft.has("errno") && !draft.fault.throws; },
     [](const Spec& spec) { return spec.fails.errors.count != 0; }, "a fault without the key errno",
     "nothing around it makes it fail; say with which errno"},
    {names_gai_code, [](const Spec& spec) { return spec.fails.returns == Failure::Returns::gai_code; }, "an EAI_ code",
     "it reports errno values"},
    {names_eintr, [](const Spec& spec) { return spec.can_be_interrupted(); }, "EINTR", "no signal interrupts it"},
    {[](const FaultDraft& draft) { return draft.fault.after_failure != AfterFailure::nothing; }, syncs_file,
     "after_failure", "it does not sync a file that it names, as fsync and fdatasync do"},
    {has_type<Type::drop>, can_be_dropped, "drop", "there is nothing that it could lose and still report success"},
    {has_type<Type::throttle>, [](const Spec& spec) { return spec.has_count() && !spec.allocates; }, "throttle",
     "it moves no data that can be counted"},
    {has_type<Type::reset>, works_on_connection, "reset", "it does not work on a connection"},
    {has_type<Type::clock>, [](const Spec& spec) { return spec.tells != calls::Tells::nothing; }, "clock",
     "it does not tell the time"},
    {has_type<Type::move>, moves_block, "move", "it does not resize a block as realloc does"},
    {has_type<Type::wake>, [](const Spec& spec) { return spec.may_wake_early(); }, "wake",
     "it is not a wait that may wake without a reason"},
    {has_type<Type::shuffle>,
     [](const Spec& spec) {
         return spec.tracks == calls::Tracks::lists && spec.fails.returns != Failure::Returns::nothing &&
                spec.fails.errors.count != 0;
     },
     "shuffle", "it does not list a directory as readdir does"},
    {has_type<Type::corruption>,
     [](const Spec& spec) {
         using enum calls::Data::Shape;
         return spec.in.shape != formatted && spec.out.shape != formatted;
     },
     "corruption", "its data is made or taken apart inside libc, which writes or reads it later"},
    {has_type<Type::corruption>, [](const Spec& spec) { return spec.in.shape != calls::Data::Shape::unseen; },
     "corruption", "the kernel moves its data, past the program's memory"},
    {damages_bytes, [](const Spec& spec) { return spec.moves_data(); }, "corruption", "it moves no data"},
    {[](const FaultDraft& draft) { return !draft.attributes.empty(); },
     [](const Spec& spec) { return spec.reports.what != calls::Reports::What::nothing; }, "corruption of attributes",
     "it tells nothing of a file or a file system"},
    {has_type<Type::shorten>, [](const Spec& spec) { return spec.can_be_short(); }, "short",
     "it cannot transfer fewer bytes than it was asked for"},
    {has_type<Type::timeout>, [](const Spec& spec) { return spec.waits.limit != calls::Wait::Limit::none; }, "timeout",
     "it has no limit to its waiting"},
    {has_type<Type::returns>, [](const Spec& spec) { return spec.tracks != calls::Tracks::exits; }, "returns",
     "it never returns"},
    flags_demand<calls::Flags::Kind::open>("a flag O_…"),
    flags_demand<calls::Flags::Kind::protection>("a flag PROT_…"),
    flags_demand<calls::Flags::Kind::map>("a flag MAP_…"),
    flags_demand<calls::Flags::Kind::message>("a flag MSG_…"),
    flags_demand<calls::Flags::Kind::at>("a flag AT_…"),
    flags_demand<calls::Flags::Kind::socket>("a flag SOCK_…"),
#define SELECTOR(key, cost, scope, takes, why_not, help)                                                               \
    {[](const FaultDraft& draft) { return draft.fault.has(Selector::key); },                                           \
     []([[maybe_unused]] const Spec& spec) { return takes; }, "the selector " #key, why_not},
#include "plan/selectors.def"
    {[](const FaultDraft& draft) { return draft.fault.has_budget(); },
     [](const Spec& spec) {
         return spec.has_count() && (spec.has_size() || spec.in.shape == calls::Data::Shape::byte);
     },
     "a budget", "the bytes that go through it cannot be counted beforehand"},
    {[](const FaultDraft& draft) { return draft.fault.count == Count::fd || draft.fault.sticky == Sticky::fd; },
     [](const Spec& spec) { return spec.has_descriptor(); }, "counting by descriptor", "it has no descriptor"},
};

constexpr Demands met_by(const Spec& spec)
{
    Demands met = 0;
    static_assert(std::size(demands) <= 64);
    for (std::size_t i = 0; i < std::size(demands); ++i)
        met |= demands[i].met(spec) ? Demands{1} << i : 0;
    return met;
}

/// By function. Asking the rows of a group took longer than all the rest of reading a plan.
constexpr auto met_by_function = [] {
    std::array<Demands, calls::named_rows().size()> all{};
    std::ranges::transform(calls::named_rows(), all.begin(), [](calls::Id row) { return met_by(calls::table[row]); });
    return all;
}();

const Demand* first(Demands set) { return set == 0 ? nullptr : &demands[std::countr_zero(set)]; }

} // namespace

Demands demands_of(const FaultDraft& draft)
{
    Demands wanted = 0;
    for (std::size_t i = 0; i < std::size(demands); ++i)
        wanted |= demands[i].wanted(draft) ? Demands{1} << i : 0;
    return wanted;
}

const Demand* unmet(Demands wanted, std::uint16_t function) { return first(wanted & ~met_by_function[function]); }

const Demand* unmet_by_own(Demands wanted)
{
    static constexpr auto met = met_by(calls::own_spec);
    return first(wanted & ~met);
}

} // namespace faultline::language
