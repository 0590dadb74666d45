#include "plan/builder.hpp"

#include <algorithm>

namespace faultline::plan {

namespace {

using PathSets = std::vector<std::vector<GlobDraft>>;

Slice<Slice<Glob>> add_path_sets(Block& block, const PathSets& sets)
{
    std::vector<Slice<Glob>> slices;
    for (const auto& set : sets) {
        std::vector<Glob> globs;
        for (const auto& glob : set)
            globs.push_back({block.add(glob.pattern), glob.negated ? 1U : 0U});
        slices.push_back(block.add(globs));
    }
    return block.add(slices);
}

Slice<Fault> add_faults(Block& block, const PlanDraft& draft, const PathSets& sets)
{
    std::vector<Fault> faults;
    for (const auto& from : draft.faults) {
        auto& fault = faults.emplace_back(from.fault);
        fault.name = block.add(from.name.text);
        fault.on = block.add(from.on);
        std::vector<WeightedError> errors;
        std::uint32_t sum = 0;
        for (const auto& choice : from.errors)
            errors.push_back({choice.code, sum += choice.weight});
        fault.errors = block.add(errors);
        const auto set = std::find(sets.begin(), sets.end(), from.paths);
        if (!from.paths.empty()) fault.path_set = static_cast<std::uint16_t>(set - sets.begin());
        fault.selective = !from.paths.empty() || fault.selects_size() || fault.type == Type::shorten;
    }
    return block.add(faults);
}

/// The functions that some fault names, and for each row of the table which of them it is.
void add_functions(Block& block, Plan& plan, const PlanDraft& draft)
{
    const auto known = calls::named_rows();
    std::vector<bool> named(known.size());
    std::vector<std::vector<std::uint16_t>> faults(known.size());
    for (std::size_t i = 0; i < draft.faults.size(); ++i) {
        for (const auto member : draft.faults[i].members) {
            named[member] = true; // also by a fault that is off, so that its calls are counted
            if (draft.faults[i].fault.enabled) faults[member].push_back(static_cast<std::uint16_t>(i));
        }
    }
    std::vector<Function> functions;
    std::vector<std::uint16_t> index_of(known.size(), no_index);
    for (std::size_t i = 0; i < known.size(); ++i) {
        if (!named[i]) continue;
        index_of[i] = static_cast<std::uint16_t>(functions.size());
        functions.push_back({block.add(calls::table[known[i]].name), block.add(faults[i])});
    }
    std::vector<std::uint16_t> of_row;
    for (const auto index : calls::function_of_row)
        of_row.push_back(index == calls::no_function ? no_index : index_of[index]);
    plan.functions = block.add(functions);
    plan.function_of_row = block.add(of_row);
}

bool follows_descriptors(const PlanDraft& draft)
{
    return std::any_of(draft.faults.begin(), draft.faults.end(), [](const FaultDraft& from) {
        if (!from.fault.enabled || from.paths.empty()) return false;
        return std::any_of(from.members.begin(), from.members.end(), [](std::uint16_t member) {
            const auto& spec = calls::table[calls::named_rows()[member]];
            return spec.path == calls::absent && spec.has_descriptor();
        });
    });
}

} // namespace

PathSets path_sets_of(const PlanDraft& draft)
{
    PathSets sets;
    for (const auto& fault : draft.faults)
        if (!fault.paths.empty() && std::find(sets.begin(), sets.end(), fault.paths) == sets.end())
            sets.push_back(fault.paths);
    return sets;
}

std::vector<std::byte> build(const PlanDraft& draft)
{
    Block block;
    Plan plan = draft.plan;
    block.add(std::span<const Plan>(&plan, 1)); // its place; the contents follow last

    plan.follows_descriptors = follows_descriptors(draft);
    plan.arm_file = block.add(draft.arm_file);
    plan.source = block.add(draft.source);
    plan.stats_file = block.add(draft.stats_file);
    std::vector<Text> programs;
    for (const auto& program : draft.programs)
        programs.push_back(block.add(program));
    plan.programs = block.add(programs);

    const auto sets = path_sets_of(draft);
    plan.path_sets = add_path_sets(block, sets);
    plan.faults = add_faults(block, draft, sets);
    add_functions(block, plan, draft);

    auto bytes = std::move(block.bytes());
    plan.bytes = static_cast<std::uint32_t>(bytes.size());
    std::memcpy(bytes.data(), &plan, sizeof plan);
    return bytes;
}

} // namespace faultline::plan
