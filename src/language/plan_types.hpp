// The notation speaks of the plan's own types throughout.
#pragma once

#include "plan/plan.hpp"

namespace faultline::language {
using namespace plan;
} // namespace faultline::language
