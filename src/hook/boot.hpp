// The part of boot that the fork server leaves to its children.
#pragma once

namespace faultline::hook {

/// Reads the plan that the environment names, makes the record and arms the slots; ends the process where that cannot
/// be done. Boot, or in a child of the fork server before main; allocates, and changes the environment.
void take_up_plan(int argc, char** argv, char** environment);

} // namespace faultline::hook
