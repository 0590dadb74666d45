// A block may come from a file that lay about where anybody could write: nothing in it is believed before it is checked.
#include "plan/valid.hpp"

#include "calls/attributes.hpp"
#include "calls/flags.hpp"
#include "plan/visit.hpp"

#include <algorithm>
#include <type_traits>

namespace faultline::plan {
namespace {

// The last enumerator of each enum.
constexpr Type last(Type /*unused*/) noexcept { return Type{type_names.size() - 1}; }
constexpr Mode last(Mode /*unused*/) noexcept { return Mode{mode_names.size() - 1}; }
constexpr Count last(Count /*unused*/) noexcept { return Count{count_names.size() - 1}; }
constexpr Sticky last(Sticky /*unused*/) noexcept { return Sticky{sticky_names.size() - 1}; }
constexpr Moment last(Moment /*unused*/) noexcept { return Moment{moment_names.size() - 1}; }
constexpr AfterFailure last(AfterFailure /*unused*/) noexcept { return AfterFailure{after_failure_names.size() - 1}; }
constexpr Arm last(Arm /*unused*/) noexcept { return Arm::file; }
constexpr Delay::Shape last(Delay::Shape /*unused*/) noexcept { return Delay::Shape::pareto; }
constexpr Peer::Host last(Peer::Host /*unused*/) noexcept { return Peer::Host::unix_path; }
constexpr calls::Flags::Kind last(calls::Flags::Kind /*unused*/) noexcept { return calls::Flags::Kind::socket; }

/// Whether an object whose members are in order means something as a whole.
template <class T>
bool means_something(const T& /*unused*/) noexcept
{
    return true;
}
template <>
bool means_something(const Positions& positions) noexcept
{
    return positions.first != 0 && positions.step != 0;
}
template <>
bool means_something(const Peer& peer) noexcept
{
    return peer.prefix <= 8 * sizeof peer.address;
}

template <>
bool means_something(const AttributeValue& value) noexcept
{
    return value.row < std::size(calls::attributes) && (value.relative == 0 || value.number != INT64_MIN);
}

/// Looks at one thing after another, and into each that lies elsewhere in the block.
class Check {
public:
    explicit Check(const Plan& plan) noexcept : plan_(plan) {}

    template <class T>
    bool operator()(const T& thing) const noexcept
    {
        if constexpr (std::is_same_v<T, bool>) { // one that is neither 0 nor 1 must not be read as a bool
            unsigned char byte = 0;
            __builtin_memcpy(&byte, &thing, 1);
            return byte <= 1;
        } else if constexpr (std::is_enum_v<T>) {
            return thing <= last(thing);
        } else if constexpr (std::is_arithmetic_v<T> || std::is_array_v<T>) {
            return true;
        } else {
            return visit(thing, *this) && means_something(thing);
        }
    }
    template <class T>
    bool operator()(const Slice<T>& slice) const noexcept
    {
        if (!holds(slice)) return false;
        if constexpr (std::is_arithmetic_v<T>) return true;
        return std::ranges::all_of(plan_.view(slice), *this);
    }
    template <class T>
    bool operator()(const IndexInto<T>& to) const noexcept
    {
        return (to.optional && to.index == no_index) || to.index < (plan_.*to.pool).count;
    }
    template <class T>
    bool operator()(const IndexesInto<T>& to) const noexcept
    {
        return holds(to.indexes) && std::ranges::all_of(plan_.view(to.indexes), [&](std::uint16_t index) {
                   return (*this)(IndexInto<T>{to.pool, index, to.optional});
               });
    }

private:
    template <class T>
    [[nodiscard]] bool holds(Slice<T> slice) const noexcept
    {
        const auto bytes = std::uint64_t{slice.count} * sizeof(T);
        return slice.count == 0 ||
               (slice.offset % alignof(T) == 0 && slice.offset <= plan_.bytes && bytes <= plan_.bytes - slice.offset);
    }

    const Plan& plan_;
};

/// The weights rise, so that one of the errors can be drawn; a selector that is given has what it is asked with.
bool means_something_in(const Plan& plan, const Fault& fault) noexcept
{
    std::uint32_t before = 0;
    for (const auto& error : plan.view(fault.errors)) {
        if (error.weight_to_here <= before) return false;
        before = error.weight_to_here;
    }
    const auto has_set = [&](Selector selector, std::uint16_t set) { return !fault.has(selector) || set != no_index; };
    return has_set(Selector::path, fault.path_set) && has_set(Selector::fd_kind, fault.kind_set) &&
           has_set(Selector::peer, fault.peer_set) && has_set(Selector::caller, fault.caller_set) &&
           has_set(Selector::thread, fault.thread_set) && fault.selectors < 1ULL << selector_names.size() &&
           fault.clock_offset != INT64_MIN && fault.clock_speed >= 0 && fault.clock_speed <= 1000;
}

/// A text that is handed to the system ends with a NUL, which its length leaves out.
bool ends(const Plan& plan, Text text) noexcept
{
    return text.count == 0 || (text.offset < plan.bytes && text.count < plan.bytes - text.offset &&
                               plan.text(text).data()[text.count] == '\0');
}

/// What the engine has a bit for, and room.
bool within_bounds(const Plan& plan) noexcept
{
    return plan.faults.count <= most_faults && plan.descriptor_sets.count <= most_descriptor_sets &&
           plan.caller_sets.count <= most_caller_sets && plan.thread_sets.count <= most_thread_sets &&
           plan.host_names.count <= most_host_names;
}

/// A test on a flag looks at the argument that its function has for such flags.
bool takes_its_flags(const Plan& plan) noexcept
{
    const auto functions = plan.view(plan.function_of_row);
    if (functions.size() != calls::row_count) return true; // functions of the program's own: they have no flags
    const auto tests = [](const Fault& fault) { return fault.flags.count != 0; };
    if (std::ranges::none_of(plan.view(plan.faults), tests)) return true;
    for (std::uint16_t row = 0; row < calls::row_count; ++row) {
        if (functions[row] == no_index) continue;
        for (const auto fault : plan.view(plan.view(plan.functions)[functions[row]].faults))
            for (const auto& test : plan.view(plan.view(plan.faults)[fault].flags))
                if (!calls::takes_flags(calls::table[row], test.kind)) return false;
    }
    return true;
}

} // namespace

bool valid(const Plan& plan, std::uint64_t bytes) noexcept
{
    if (bytes < sizeof(Plan) || plan.bytes < sizeof(Plan) || plan.bytes > bytes) return false;
    return within_bounds(plan) && visit(plan, Check(plan)) && ends(plan, plan.arm_file) && ends(plan, plan.source) &&
           std::ranges::all_of(
               plan.view(plan.faults),
               [&](const Fault& fault) { return means_something_in(plan, fault) && ends(plan, fault.file); }) &&
           takes_its_flags(plan);
}

} // namespace faultline::plan
