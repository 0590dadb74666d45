// A plan while it is being read: ordinary containers, and the place of whatever may still turn out to be wrong.
#pragma once

#include "language/parse.hpp"
#include "language/value.hpp"
#include "plan/plan.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace faultline::language {

/// Collects what is to be said about a plan.
class Remarks {
public:
    void mistake(Place place, std::string text)
    {
        mistakes.push_back({place.line, place.column, std::move(text), place.option});
    }
    void warning(Place place, std::string text)
    {
        warnings.push_back({place.line, place.column, std::move(text), place.option});
    }

    std::vector<Remark> mistakes;
    std::vector<Remark> warnings;
};

/// A string of the plan and where it stands.
struct Word {
    std::string text;
    Place place;
};

struct ErrorChoice {
    int code = 0;
    std::uint32_t weight = 1;
    Word name;
};

struct GlobDraft {
    std::string pattern;
    bool negated = false;

    auto operator<=>(const GlobDraft&) const = default;
};

struct CallerDraft {
    std::string module, function;
    bool negated = false;

    auto operator<=>(const CallerDraft&) const = default;
};

struct PeerDraft {
    Peer peer;        // everything but its pattern and its name's index
    std::string host; // the glob of a name or of a Unix path

    bool operator==(const PeerDraft& other) const;
};

/// What a descriptor has to be like; a fault may have one of each kind.
struct DescriptorSetDraft {
    std::vector<GlobDraft> paths;
    std::vector<PeerDraft> peers;
    std::uint32_t kinds = 0;

    bool operator==(const DescriptorSetDraft&) const = default;
    [[nodiscard]] bool empty() const { return paths.empty() && peers.empty() && kinds == 0; }
};

struct AttributeDraft {
    AttributeValue value;
    Word name;
};

/// The keys that a table has, and where. There are few.
class Given {
public:
    void add(std::string_view key, Place place)
    {
        if (keys_.empty()) keys_.reserve(usual);
        if (!contains(key)) keys_.emplace_back(key, place);
    }
    [[nodiscard]] bool contains(std::string_view key) const { return find(key) != keys_.end(); }
    /// Where a key stands; nowhere, if it is not there.
    [[nodiscard]] Place at(std::string_view key) const
    {
        const auto found = find(key);
        return found == keys_.end() ? Place{} : found->second;
    }

private:
    using Keys = std::vector<std::pair<std::string_view, Place>>;
    static constexpr std::size_t usual = 8;

    [[nodiscard]] Keys::const_iterator find(std::string_view key) const
    {
        return std::ranges::find(keys_, key, &Keys::value_type::first);
    }

    Keys keys_;
};

struct FaultDraft {
    Fault fault; // everything but its slices
    Place place; // of its header
    bool type_known = false;
    bool own = false; // its functions are the program's own, not libc's
    Word name;
    std::vector<Word> functions;
    std::vector<ErrorChoice> errors;
    std::vector<GlobDraft> paths;
    std::vector<PeerDraft> peers;
    std::uint32_t kinds = 0; // a bit for each Kind
    std::vector<AttributeDraft> attributes;
    std::vector<CallerDraft> callers;
    std::vector<GlobDraft> threads;
#define LIST(type, name) std::vector<type> name;
#include "plan/fault.def"
#define SELECTOR(...)
#define GLOBS(key, ...) std::vector<GlobDraft> key##_globs;
#include "plan/selectors.def"
    std::string file;
    Word after_fault; // the name of the fault that has to fire first
    Given given;
    std::vector<std::uint16_t> members; // the functions it strikes, as calls/functions.hpp numbers them; own ones as
                                        // PlanDraft::own_functions does

    [[nodiscard]] bool has(std::string_view key) const { return given.contains(key); }
};

struct PlanDraft {
    Plan plan; // everything but its slices
    std::string arm_file;
    std::string source;
    std::string stats_file; // empty: not named
    std::vector<std::string> programs;
    std::vector<FaultDraft> faults;
    Room room;                              // of a plan that is to be replaced by others while processes go by it
    bool needs_faults = true;               // without any, it is no plan
    bool faults_only = false;               // it is part of a program: nothing but faults may stand in it
    bool own = false;                       // its functions are the program's own
    std::vector<std::string> own_functions; // those that its faults name
};

} // namespace faultline::language
