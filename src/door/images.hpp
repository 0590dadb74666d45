// The records of process images, kept here for them: ledgers of the usual layout (ledger/layout.hpp), which the
// supervisor alone writes. So a record stays exact when a process is killed, and what reads ledgers reads these.
#pragma once

#include "door/origin.hpp"
#include "engine/judge.hpp"

#include <map>
#include <memory>
#include <string>
#include <sys/types.h>
#include <tuple>
#include <vector>

namespace faultline::door {

/// The plan as it holds for programs of one name: some faults may be meant for others.
struct PlanOfProgram {
    std::vector<std::byte> bytes;
    engine::Schedule schedule{};
    bool selected = true; // `programs` names it
    [[nodiscard]] const plan::Plan& plan() const { return *reinterpret_cast<const plan::Plan*>(bytes.data()); }
};

/// What all images share.
struct Setting {
    std::vector<std::byte> plan; // the block that language::parse made
    std::uint64_t seed = 0;
    std::string statistics; // the pattern of file names
    std::string directory;  // of the run
    std::string working_directory;
    bool disabled = false;
};

class Image {
public:
    Image(ledger::Header* header, std::shared_ptr<const PlanOfProgram> plan, int ledger);
    ~Image(); // the ledger stays
    Image(const Image&) = delete;
    Image& operator=(const Image&) = delete;

    [[nodiscard]] ledger::Header& header() { return *header_; }
    [[nodiscard]] const PlanOfProgram& plan() const { return *plan_; }
    /// A block for a thread of this lineage; the shared one of last resort where there are no more.
    [[nodiscard]] ledger::Thread& claim(pid_t tid, const std::string& lineage);
    void release(ledger::Thread& block);
    /// Room on disk for one more event, so that none is written where the disk is full.
    void make_room();
    void end(ledger::State state, std::int32_t status);
    /// Notes where a call comes from that the plan's trace is to have; it is counted already.
    void trace(std::uint16_t function, const ledger::Thread& block, const Origin& origin);
    [[nodiscard]] engine::Cells& cells();
    [[nodiscard]] engine::Descriptors& descriptors();

private:
    using TraceKey = std::tuple<std::uint16_t, std::uint32_t, std::string>; // function, site, thread

    bool back(std::uint64_t from, std::uint64_t to);
    [[nodiscard]] ledger::TraceSite* claim_trace();
    [[nodiscard]] std::uint64_t index_of_module(const std::string& path);

    ledger::Header* header_;
    std::shared_ptr<const PlanOfProgram> plan_;
    int ledger_;
    std::vector<std::uint32_t> free_;
    std::uint64_t threads_backed_ = 0;
    std::map<TraceKey, ledger::TraceSite*> traced_;
    std::unique_ptr<engine::Cells> cells_;
    std::unique_ptr<engine::Descriptors> descriptors_; // as far as numbers are kept for each
};

class Images {
public:
    explicit Images(Setting setting);

    /// The record of an image that begins; nullptr where `programs` leaves it out or no file could be made, which
    /// `problem` tells.
    [[nodiscard]] std::unique_ptr<Image> make(pid_t process, pid_t parent, const std::string& lineage, bool by_exec,
                                              std::int64_t armed_ns);
    [[nodiscard]] const plan::Plan& plan() const { return *reinterpret_cast<const plan::Plan*>(setting_.plan.data()); }
    [[nodiscard]] const Setting& setting() const { return setting_; }
    [[nodiscard]] const std::string& problem() const { return problem_; }
    void fail(std::string problem) { problem_ = std::move(problem); }
    /// A number for each fault, if some count over the whole run.
    [[nodiscard]] std::atomic<std::uint64_t>* run_matches();

private:
    std::shared_ptr<const PlanOfProgram> plan_for(const std::string& program, const std::string& executable);

    Setting setting_;
    std::map<std::pair<std::string, std::string>, std::shared_ptr<const PlanOfProgram>> plans_;
    std::vector<std::atomic<std::uint64_t>> run_matches_;
    std::string problem_;
};

} // namespace faultline::door
