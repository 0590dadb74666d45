// Faults in GoogleTest cases.
#pragma once

#include "faultline.hpp"

#include <gtest/gtest.h>

#include <ostream>

/// The scope (or injector) has injected so many faults up to here.
#define EXPECT_FAULTS(scope, count) EXPECT_PRED_FORMAT2(::faultline::detail::has_injected, scope, count)
#define ASSERT_FAULTS(scope, count) ASSERT_PRED_FORMAT2(::faultline::detail::has_injected, scope, count)

/// The block bears the failure of each of its allocations, one at a time: no exception leaves it. Expectations in it
/// are as anywhere. For other calls than allocations: EXPECT_SURVIVES(fault, { … }).
#define EXPECT_SURVIVES_NO_MEMORY(...)                                                                                 \
    EXPECT_PRED_FORMAT1(::faultline::detail::has_survived, ::faultline::for_each_failure([&] __VA_ARGS__))
#define EXPECT_SURVIVES(fault, ...)                                                                                    \
    EXPECT_PRED_FORMAT1(::faultline::detail::has_survived, ::faultline::for_each_failure([&] __VA_ARGS__, fault))

namespace faultline {

inline std::ostream& operator<<(std::ostream& out, const FaultEvent& event)
{
    out << event.fault << " (" << event.type;
    if (event.error != 0) out << ' ' << strerrorname_np(event.error);
    out << ") into " << event.target << ", call " << event.call;
    if (!event.path.empty()) out << ", " << event.path;
    return out << ", from " << event.caller;
}

namespace detail {

template <class T>
testing::AssertionResult has_injected(const char* text, const char* count_text, const T& scope, std::uint64_t count)
{
    const auto events = scope.events();
    const auto injected = scope.stats().faults_triggered;
    if (injected == count) return testing::AssertionSuccess();
    auto failure = testing::AssertionFailure();
    failure << text << " has injected " << injected << (injected == 1 ? " fault" : " faults") << ", not " << count;
    if (count_text != std::to_string(count)) failure << " (" << count_text << ')';
    for (const auto& event : events)
        failure << "\n  " << event;
    return failure;
}

inline testing::AssertionResult has_survived(const char*, const Survey& survey)
{
    if (survey.survived()) return testing::AssertionSuccess();
    auto failure = testing::AssertionFailure();
    failure << survey.broken.size() << " of " << survey.failures << " failures broke the block:";
    for (const auto& broken : survey.broken)
        failure << "\n  at match " << broken.call << ": " << broken.why << "\n    " << broken.event;
    return failure;
}

} // namespace detail

/// A fixture for cases that inject faults into libc calls: skipped, and said so, where the library is not there.
class Test : public testing::Test {
protected:
    void SetUp() override
    {
        if (!process().active())
            GTEST_SKIP() << "libfaultline.so is neither linked nor preloaded, so no fault can be injected";
    }
    /// Faults for the rest of the case, on its thread.
    Scope& inject(const Faults& faults) { return scopes_.emplace_back(process().scope(faults)); }
    void TearDown() override
    {
        while (!scopes_.empty())
            scopes_.pop_back();
    }

private:
    std::vector<Scope> scopes_;
};

} // namespace faultline
