// A process as the judge sees it, without any preloading: a ledger in memory, and calls made of words.
#pragma once

#include "made_ledger.hpp"

#include "engine/judge.hpp"

#include <array>
#include <atomic>
#include <string>
#include <vector>

namespace faultline::engine {

/// A process under a plan whose functions are called as often as a test likes.
class Host {
public:
    explicit Host(const std::string& toml, std::uint64_t seed = 42) : made_(toml)
    {
        schedule_.prepare(header().plan());
        header().seed = seed;
        adopt(0, "0");
    }

    ledger::Header& header() { return made_.header(); }
    Descriptors& descriptors() { return descriptors_; }
    std::array<std::atomic<std::uint64_t>, 16>& run() { return run_; }

    /// Makes a block the thread of this lineage.
    void adopt(std::uint32_t block, std::string_view lineage)
    {
        auto& thread = header().thread(block);
        thread.lineage.assign(lineage);
        thread.owner = block + 1;
        if (header().threads_claimed <= block) header().threads_claimed = block + 1;
        const auto& plan = header().plan();
        for (std::size_t i = 0; i < plan.faults.count; ++i) {
            auto& share = thread.shares()[i];
            share.matched_before = share.matched;
            share.key = stream_key(header().seed, plan.text(plan.view(plan.faults)[i].name), lineage);
        }
    }

    /// The words lie on the stack, as the gate's do.
    bool call(calls::Id row, std::array<Word, 8> words, Verdict& verdict, std::uint32_t block = 0,
              const void* caller = nullptr)
    {
        return judge({schedule_, header(), header().thread(block), descriptors_, run_.data()},
                     {row, words.data(), caller}, verdict);
    }
    /// The numbers of those of `count` calls of write that are struck.
    std::vector<int> writes(int count, std::uint32_t block = 0)
    {
        std::vector<int> struck;
        Verdict verdict;
        for (int i = 1; i <= count; ++i)
            if (call(calls::id_write, {1, 0, 100}, verdict, block)) struck.push_back(i);
        return struck;
    }

private:
    test::MadeLedger made_;
    Schedule schedule_{};
    std::array<std::atomic<std::uint64_t>, 16> run_{};
    Descriptors descriptors_;
};

/// A plan of one fault on write.
inline std::string plan(const std::string& more)
{
    return "[[fault]]\nname = \"f\"\nfunctions = [\"write\"]\ntype = \"errno\"\nerrno = \"ENOSPC\"\n" + more;
}
using Numbers = std::vector<int>;

} // namespace faultline::engine
