// An exploration as JSON, in the form of findings.json and of a journal's lines, and back.
#pragma once

#include "report/exploration.hpp"
#include "report/json_document.hpp"

#include <optional>
#include <vector>

namespace faultline::report {

/// A stack.
[[nodiscard]] Json to_json(const std::vector<Frame>& stack);
[[nodiscard]] Json to_json(const std::vector<Strike>& strikes);
[[nodiscard]] std::vector<Strike> strikes_from_json(const Json& json);

/// Nothing where the document is no line of a journal.
[[nodiscard]] std::optional<Point> point_from_json(const Json& json);

[[nodiscard]] Json to_json(const Finding& finding);

/// As findings.json has it. `whole`: with what else stands in files of the directory: the journal, outputs and plans.
[[nodiscard]] Json to_json(const Exploration& exploration, bool whole);

/// Reads either. Nothing is believed of it: whatever is missing or something else counts as 0, "" or none. Text is
/// cleaned. Nothing where the document is no exploration.
[[nodiscard]] std::optional<Exploration> exploration_from_json(const Json& json);

} // namespace faultline::report
