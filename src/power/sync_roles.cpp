#include "power/sync_roles.hpp"

#include "power/call_sites.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>

namespace faultline::power {

using door::Did;

namespace {

/// Tells what the search without a sync adds: a state fails that the disk could not be in with it.
class Difference {
public:
    Difference(const door::Recording& recording, const Request& request, const Summary& whole)
        : micros_(cut(recording, {request.split_rename}))
    {
        for (const auto* rules : request.models)
            models_.push_back(model(*rules, recording, micros_));
        for (const auto& checked : whole.states)
            for (const auto name : checked.models)
                known_.insert({checked.tree, checked.acknowledgements, name});
    }

    [[nodiscard]] SyncRole role(std::uint32_t sync, const Summary& without) const
    {
        SyncRole role{.operation = sync};
        for (const auto& checked : without.states) {
            if (!is_failing(checked.verdict.kind)) continue;
            for (const auto& model : models_) {
                const auto name = model.rules->name;
                if (std::ranges::count(checked.models, name) == 0 || std::ranges::count(role.models, name) != 0 ||
                    known_.contains({checked.tree, checked.acknowledgements, name}) || possible(model, checked.state))
                    continue;
                if (role.models.empty()) speak(role, checked);
                role.models.push_back(name);
            }
        }
        return role;
    }

private:
    [[nodiscard]] bool possible(const Model& model, const State& state) const
    {
        return legal(model, micros_, state) && (state.torn == never || model.may_lack(state.torn, state.cut));
    }

    void speak(SyncRole& role, const Checked& checked) const
    {
        role.kind = checked.verdict.kind;
        role.reason = checked.verdict.reason;
        const auto& state = checked.state;
        if (!state.lost.empty()) role.lost = micros_.all[state.lost.front()].operation;
    }

    MicroOperations micros_;
    std::vector<Model> models_;
    std::set<std::tuple<std::uint64_t, std::uint32_t, std::string_view>> known_;
};

} // namespace

door::Recording without_sync(const door::Recording& recording, std::uint32_t sync)
{
    auto other = recording;
    other.operations.at(sync).begin = 0; // before everything, so it covers nothing
    return other;
}

std::vector<SyncRole> roles_of_syncs(const door::Recording& recording, const Request& request, const Summary& whole,
                                     const std::function<Summary(const door::Recording&)>& search_again,
                                     std::string& problem)
{
    constexpr Did syncs[] = {Did::sync, Did::sync_data, Did::sync_system};
    const Difference difference(recording, request, whole);
    std::vector<SyncRole> roles;
    for (std::uint32_t i = 0; i < recording.operations.size() && problem.empty(); ++i) {
        if (std::ranges::count(syncs, recording.operations[i].did) == 0) continue;
        const auto other = without_sync(recording, i);
        const auto without = search_again(other);
        problem = without.problem;
        if (problem.empty()) roles.push_back(difference.role(i, without));
    }
    return roles;
}

std::string role_text(const door::Recording& recording, const SyncRole& role)
{
    const auto which = placed_text(recording, role.operation);
    if (role.models.empty())
        return fmt::format("{}: no state that is possible without it fails: it is not needed, or the check is blind to "
                           "it",
                           which);
    return fmt::format("{}: without it {}{}{}  [{}]", which, class_names[static_cast<std::size_t>(role.kind)],
                       role.lost == never ? "" : fmt::format(", where {} is lost", placed_text(recording, role.lost)),
                       role.reason.empty() ? "" : fmt::format(": {}", role.reason), fmt::join(role.models, ", "));
}

} // namespace faultline::power
