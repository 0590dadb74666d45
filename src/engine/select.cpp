#include "engine/select.hpp"

#include "calls/flags.hpp"
#include "engine/callers.hpp"
#include "engine/site.hpp"
#include "engine/triggers.hpp"
#include "plan/glob.hpp"
#include "sys/syscalls.hpp"
#include "sys/text.hpp"

#include <algorithm>
#include <array>
#include <sys/prctl.h>
#include <utility>

namespace faultline::engine {
namespace {

constexpr SetBits bit_of(std::uint16_t set) noexcept { return SetBits{1} << set; }

/// selects_KEY: whether a call is one of those that a selector names. Only of faults that have it.
#define ASKS(key)                                                                                                      \
    [[nodiscard]] bool selects_##key([[maybe_unused]] const Context& context,                                          \
                                     [[maybe_unused]] const plan::Fault& fault,                                        \
                                     [[maybe_unused]] const Call& call) noexcept

ASKS(path)
{
    const auto& spec = spec_of(call);
    const auto wanted = bit_of(fault.path_set);
    const auto of_descriptor = [&](int fd) { return (context.descriptors.sets(context.plan(), fd) & wanted) != 0; };
    if (spec.path == calls::absent) return of_descriptor(descriptor_of(call));
    const int dirfd = spec.dirfd == calls::absent ? AT_FDCWD : static_cast<int>(call.words[spec.dirfd]);
    const auto* path = pointer<const char>(call, spec.path);
    if (spec.dirfd != calls::absent && (path == nullptr || *path == '\0')) // AT_EMPTY_PATH: the descriptor itself
        return of_descriptor(dirfd);
    const auto subject = context.descriptors.subject();
    auto bits = match_paths(context.plan(), subject, dirfd, path);
    if (spec.path2 != calls::absent)
        bits |= match_paths(context.plan(), subject, dirfd, pointer<const char>(call, spec.path2));
    return (bits & wanted) != 0;
}

/// The address that the call itself names: a connection that is to be, a datagram's receiver.
const sockaddr* named_address(const Call& call, socklen_t& length) noexcept
{
    const auto& spec = spec_of(call);
    if (spec.address != calls::absent) {
        length = static_cast<socklen_t>(call.words[spec.address + 1]);
        return pointer<const sockaddr>(call, spec.address);
    }
    const msghdr* header = nullptr;
    if (spec.in.shape == calls::Data::Shape::message) header = pointer<const msghdr>(call, spec.in.buffer);
    if (spec.in.shape == calls::Data::Shape::messages) {
        const auto* const first = pointer<const mmsghdr>(call, spec.in.buffer);
        header = first == nullptr ? nullptr : &first->msg_hdr;
    }
    if (header == nullptr || header->msg_name == nullptr) return nullptr;
    length = header->msg_namelen;
    return static_cast<const sockaddr*>(header->msg_name);
}

ASKS(peer)
{
    const auto& spec = spec_of(call);
    const auto wanted = bit_of(fault.peer_set);
    if (spec.names_host()) return (match_host(context.plan(), pointer<const char>(call, spec.path)) & wanted) != 0;
    socklen_t length = 0;
    if (const auto* const address = named_address(call, length))
        return (match_peer(context.plan(), address, length) & wanted) != 0;
    return (context.descriptors.sets(context.plan(), descriptor_of(call)) & wanted) != 0;
}

ASKS(flags)
{
    const auto& spec = spec_of(call);
    for (const auto& test : context.plan().view(fault.flags)) {
        const auto argument = test.kind == calls::Flags::Kind::protection ? spec.protection : spec.flags.argument;
        const bool set = (static_cast<std::uint32_t>(call.words[argument]) & test.mask) == test.value;
        if (set == (test.negated != 0)) return false;
    }
    return true;
}

// What is known of the calling thread's name. A thread may be renamed by another one, so all ask again after any
// renaming.
struct NamedThread {
    std::uint32_t renamings;
    std::uint32_t sets;
};
constinit thread_local NamedThread own_name{0, 0};
constinit std::atomic<std::uint32_t> renamings{1};

ASKS(thread)
{
    if (context.caller != nullptr) return (context.caller->thread_sets >> fault.thread_set & 1U) != 0;
    const auto& plan = context.plan();
    const auto now = renamings.load(std::memory_order_acquire);
    if (own_name.renamings != now) {
        if (!look_ups_allowed()) return false;
        char name[16]{};
        sys::call(SYS_prctl, PR_GET_NAME, sys::address(name));
        own_name = {now, 0};
        own_name.sets = match_thread_name(plan, sys::text_within(name, sizeof name));
    }
    return (own_name.sets >> fault.thread_set & 1U) != 0;
}

ASKS(fd)
{
    const auto numbers = context.plan().view(fault.descriptors);
    return std::find(numbers.begin(), numbers.end(), descriptor_of(call)) != numbers.end();
}

ASKS(size)
{
    const auto bytes = judged_bytes(call);
    return bytes >= fault.size_least && bytes <= fault.size_most;
}

ASKS(caller)
{
    if (context.caller != nullptr) return (context.caller->caller_sets >> fault.caller_set & 1U) != 0;
    const auto& plan = context.plan();
    const auto sets = context.passing ? find_caller_sets(plan, call.caller) : caller_sets(plan, call.caller);
    return (sets >> fault.caller_set & 1U) != 0;
}

ASKS(fd_kind) { return (context.descriptors.sets(context.plan(), descriptor_of(call)) & bit_of(fault.kind_set)) != 0; }

ASKS(site)
{
    const auto sites = context.plan().view(fault.sites);
    const auto is_one = [&](std::uint32_t site) { return std::find(sites.begin(), sites.end(), site) != sites.end(); };
    if (context.caller != nullptr) return is_one(context.caller->site);
    return may_be_site(call.caller, sites) && is_one(site_of(call));
}

ASKS(lineage) { return plan::any_name_matches(context.plan(), fault.lineage_globs, context.thread.lineage.view()); }

ASKS(after_fault) { return has_fired(context, fault.after_fault); }

ASKS(program) { return !fault.elsewhere; }

/// What a type can strike at all.
bool type_selects(const Context& context, const plan::Fault& fault, const Call& call) noexcept
{
    const auto& spec = spec_of(call);
    const auto descriptor_is = [&](SetBits what) {
        return (context.descriptors.sets(context.plan(), descriptor_of(call)) & what) != 0;
    };
    switch (fault.type) {
    case plan::Type::shorten: // one byte cannot be cut
        return judged_bytes(call) >= 2;
    case plan::Type::reset:
        return descriptor_is(is_connection);
    case plan::Type::drop: // of what comes in, datagrams alone can be lost
        return spec.in.shape != calls::Data::Shape::none || spec.syncs || descriptor_is(is_datagram);
    case plan::Type::move:
        return call.words[spec.out.length] != 0 && judged_bytes(call) != 0;
    default:
        return true;
    }
}

/// The selectors, the cheap ones first; of those that cost the same, in the order of the table.
constexpr auto order = [] {
    constexpr int costs[] = {
#define SELECTOR(key, cost, ...) cost,
#include "plan/selectors.def"
    };
    std::array<plan::Selector, std::size(costs)> sorted{};
    std::size_t count = 0;
    for (int cost = 0; cost <= 9; ++cost)
        for (std::size_t i = 0; i < std::size(costs); ++i)
            if (costs[i] == cost) sorted.at(count++) = static_cast<plan::Selector>(i);
    return sorted;
}();

#define SELECTOR(key, cost, ...) static_assert((cost) >= 0 && (cost) <= 9, "a cost is a number from 0 to 9");
#include "plan/selectors.def"

template <plan::Selector selector>
[[nodiscard, gnu::always_inline]] inline bool holds(const Context& context, const plan::Fault& fault,
                                                    const Call& call) noexcept
{
    if (!fault.has(selector)) return true;
#define SELECTOR(key, ...)                                                                                             \
    if constexpr (selector == plan::Selector::key) return selects_##key(context, fault, call);
#include "plan/selectors.def"
}

template <std::size_t... i>
[[nodiscard, gnu::always_inline]] inline bool all_hold(const Context& context, const plan::Fault& fault,
                                                       const Call& call, std::index_sequence<i...>) noexcept
{
    return (holds<order[i]>(context, fault, call) && ...);
}

} // namespace

std::uint32_t match_thread_name(const plan::Plan& plan, std::string_view name) noexcept
{
    const auto sets = plan.view(plan.thread_sets);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < sets.size(); ++i)
        if (plan::any_name_matches(plan, sets[i], name)) bits |= 1U << i;
    return bits;
}

void thread_renamed() noexcept { renamings.fetch_add(1, std::memory_order_release); }

bool selects(const Context& context, const plan::Fault& fault, const Call& call) noexcept
{
    return !asks_in_vain(call) && all_hold(context, fault, call, std::make_index_sequence<order.size()>{}) &&
           (!plan::has(fault.type, plan::trait::some) || type_selects(context, fault, call));
}

} // namespace faultline::engine
