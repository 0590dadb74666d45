#include "explore/confirm.hpp"

#include "explore/gather.hpp"

#include <thread>

namespace faultline::explore {

namespace {

constexpr int confirmations = 3;

void confirm(Worker& worker, Finding& finding, Verdicts& verdicts, const Confirming& how)
{
    const bool killed = is_killed(finding.kind);
    const bool hung = finding.kind == Class::hang; // it would only hang longer
    int repeated = 1;
    for (int i = 1; i < confirmations; ++i) {
        Outcome again;
        const auto seen =
            verdicts.observe(worker, how.plan(finding.point), how.limit * (hung ? 1 : longer), again, killed);
        if (how.stop != nullptr && how.stop->load()) return; // it was cut off, and tells nothing
        Crash crash;
        if (killed) {
            crash = worker.enclosure().last_crash();
            if (again.kind == Class::crash && !seen.end.crashed()) verdicts.settle_child(seen, crash, again);
        }
        if (again.kind != finding.kind) continue;
        ++repeated;
        finding.crash = crash;
        finding.out = seen.out;
        finding.err = seen.err;
        finding.struck = seen.struck;
    }
    finding.repeated = repeated;
    finding.tried = confirmations;
}

} // namespace

void confirm_all(std::map<std::string, Finding>& findings, const std::vector<std::unique_ptr<Worker>>& workers,
                 Verdicts& verdicts, const Confirming& how)
{
    std::vector<Finding*> waiting;
    waiting.reserve(findings.size());
    for (auto& [key, finding] : findings)
        waiting.push_back(&finding);
    std::atomic<std::size_t> next = 0;
    std::vector<std::thread> threads;
    threads.reserve(workers.size());
    for (const auto& worker : workers)
        threads.emplace_back([&, &worker = *worker] {
            for (auto i = next++; i < waiting.size(); i = next++)
                confirm(worker, *waiting[i], verdicts, how);
        });
    for (auto& thread : threads)
        thread.join();
}

} // namespace faultline::explore
