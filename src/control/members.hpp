// The processes of a run while it goes on, by the heads of their records.
#pragma once

#include <cstdint>
#include <string>
#include <sys/types.h>
#include <vector>

namespace faultline::control {

struct Member {
    pid_t pid = 0;
    std::string program, lineage;
    std::string record;      // the file that its record stands in
    std::uint32_t taken = 0; // the generation of the plan that it goes by
    bool sealed = false;     // it shut itself off from system calls: it takes nothing over any more
    bool alive = false;
};

/// All that have or had a record, in the order in which they came. What is gone altogether is left out.
[[nodiscard]] std::vector<Member> members_of(const std::string& directory);

/// Waits until every process of the run has taken a generation over, or makes no call: then its next one will see it. A
/// process that computes is taken to make none once it has run for a millisecond since. Returns those that have not
/// within `patience_ns`, or never will.
[[nodiscard]] std::vector<Member> await(const std::string& directory, std::uint32_t generation,
                                        std::int64_t patience_ns);

} // namespace faultline::control
