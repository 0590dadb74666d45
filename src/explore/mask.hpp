// What differs from run to run without any fault is no misbehaviour: it is learnt from the baseline and masked.
#pragma once

#include "explore/observation.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::explore {

/// What does not change, at both ends of a line or a name.
struct Ends {
    std::string before, after;
    // NOLINTNEXTLINE(modernize-use-nullptr): the 0 that the default compares with is no pointer
    auto operator<=>(const Ends&) const = default;
};

/// Lines of an output that change in part of their text.
class LineMask {
public:
    /// Compares one output of two runs without faults.
    void learn(std::string_view a, std::string_view b);
    /// The output with what changes replaced. Two that say the same become equal.
    [[nodiscard]] std::string apply(std::string_view text) const;
    [[nodiscard]] bool empty() const { return patterns_.empty() && !whole_; }
    [[nodiscard]] bool masks_all() const { return whole_; }
    [[nodiscard]] std::vector<std::string> described() const;

private:
    std::set<Ends> patterns_;
    bool whole_ = false; // nothing in it can be compared
};

class Mask {
public:
    /// Learns from two runs without faults.
    void learn(const Observation& a, const Observation& b);

    [[nodiscard]] std::string out(std::string_view text) const { return out_.apply(text); }
    [[nodiscard]] std::string err(std::string_view text) const { return err_.apply(text); }
    [[nodiscard]] Tree tree(const Tree& tree) const;
    /// Whether two runs without faults agree once what differs is masked: a third run shows whether that was all.
    [[nodiscard]] bool agree(const Observation& a, const Observation& b) const;
    /// A line for each thing that is masked.
    [[nodiscard]] std::vector<std::string> described() const;

private:
    [[nodiscard]] std::string masked_name(const std::string& path) const;

    LineMask out_, err_;
    std::set<Ends> names_;           // of files whose names change
    std::set<std::string> contents_; // files, by masked name, whose contents change
};

} // namespace faultline::explore
