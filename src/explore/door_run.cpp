#include "explore/door_run.hpp"

#include "door/fit.hpp"
#include "explore/point.hpp"
#include "language/parse.hpp"
#include "plan/block_file.hpp"
#include "report/text_file.hpp"

namespace faultline::explore {

DoorRun::DoorRun(const std::string& directory, const std::string& working)
{
    const auto text = report::content_of(directory + "/plan");
    if (text.size() <= sizeof(plan::BlockHeader)) {
        problem_ = "the plan of the run cannot be read";
        return;
    }
    const auto* const first = reinterpret_cast<const std::byte*>(text.data());
    std::vector<std::byte> block(first + sizeof(plan::BlockHeader), first + text.size());
    const auto fit = door::fit(block);
    if (!fit.refusals.empty()) {
        problem_ = fit.refusals.front();
        return;
    }
    const auto seed = reinterpret_cast<const plan::Plan*>(block.data())->seed;
    door_.emplace(door::Setting{.plan = std::move(block),
                                .seed = seed,
                                .statistics = directory + "/stats/%p.json",
                                .directory = directory + "/stats",
                                .working_directory = working,
                                .disabled = false},
                  fit.numbers);
}

std::string DoorRun::problem() const { return door_ ? door_->problem() : problem_; }

bool door_does(std::string_view function, const Try& what)
{
    Point point;
    point.strikes.push_back({std::string(function), 0, what, 1, Persistence::once, 0});
    auto parsed = language::parse(plan_of(point, false, false), "(explored)");
    return parsed.mistakes.empty() && door::fit(parsed.block).refusals.empty();
}

} // namespace faultline::explore
