#include "power/exploration_of.hpp"

#include "engine/draw.hpp"
#include "power/call_sites.hpp"
#include "power/sync_roles.hpp"
#include "report/clean_text.hpp"
#include "report/terminal.hpp"
#include "run/shell_words.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace faultline::power {

namespace {

using report::clean_line;

/// What a verdict is called in reports, and what it says where the check gives no reason.
struct Meaning {
    report::Class outcome;
    std::string_view sentence;
};
constexpr std::array<Meaning, class_names.size()> meanings{{
    {report::Class::tolerated, "the check passes"},
    {report::Class::lost, "what was promised is gone"},
    {report::Class::corrupt, "the files are corrupt"},
    {report::Class::cannot_recover, "the program cannot start"},
    {report::Class::corrupt, "the check fails"},
    {report::Class::hang, "the check does not end"},
    {report::Class::unstable, "the check could not be made"},
    {report::Class::not_reached, "it was not checked"},
}};
constexpr const Meaning& meaning_of(Class kind) { return meanings[static_cast<std::size_t>(kind)]; }

std::string detail_of(Class kind, const std::string& reason)
{
    const auto sentence = meaning_of(kind).sentence;
    return reason.empty() ? std::string(sentence) : clean_line(fmt::format("{}: {}", sentence, reason));
}

/// In the order of the table, whatever the order in which they met it.
std::vector<std::string_view> in_order(std::vector<std::string_view> names)
{
    std::ranges::sort(names, {}, [](std::string_view name) { return model_named(name) - models.data(); });
    return names;
}
std::string text_of(const std::vector<std::string_view>& names)
{
    return fmt::format("{}", fmt::join(in_order(names), ", "));
}

class Teller {
public:
    Teller(const door::Recording& recording, const Request& request, const Summary& summary)
        : recording_(recording), request_(request), summary_(summary), micros_(cut(recording, {request.split_rename}))
    {
        numbers_.resize(recording.operations.size());
        for (std::uint32_t i = 0; i < numbers_.size(); ++i)
            numbers_[i] = ++calls_[strike(i, {}).site];
    }

    report::Exploration tell()
    {
        report::Exploration all;
        all.tool = "powerloss";
        all.version = FAULTLINE_VERSION;
        for (const auto& word : recording_.command)
            all.command.push_back(clean_line(word));
        for (const auto& finding : summary_.findings)
            all.findings.push_back(as_record(finding));
        for (std::size_t i = 0; i < summary_.states.size(); ++i)
            if (summary_.states[i].verdict.kind != Class::not_checked) all.points.push_back(as_record(i));
        all.known_points = summary_.states.size();
        all.notes = summary_.notes;
        for (const auto& role : summary_.syncs)
            if (role.models.empty()) all.notes.push_back(clean_line(role_text(recording_, role)));
        add_places(all);
        for (const auto& each : summary_.not_measured) {
            const auto end = each.find(": ");
            all.unreached.push_back({clean_line(each.substr(0, end)),
                                     end == std::string::npos ? "not measured" : clean_line(each.substr(end + 2))});
        }
        for (const auto& [name, count] : summary_.trees)
            if (count >= request_.budget)
                all.notes.push_back(
                    fmt::format("{} has more states than the {} that were tried (--budget)", name, count));
        report::settle(all);
        return all;
    }

private:
    /// Below the first root as it stands there; files elsewhere keep their whole path.
    [[nodiscard]] std::string path_of(std::uint32_t operation) const
    {
        const auto& path = recording_.operations[operation].path;
        const auto root = recording_.roots.empty() ? std::string() : recording_.roots.front().path + "/";
        return clean_line(path.empty()                              ? "a file"
                          : !root.empty() && path.starts_with(root) ? path.substr(root.size())
                                                                    : path);
    }

    [[nodiscard]] report::Strike strike(std::uint32_t operation, std::string_view type, std::string error = {}) const
    {
        report::Strike strike;
        strike.function = clean_line(operation_call(recording_, operation));
        strike.path = path_of(operation);
        // Two calls on one file are told apart by where they are made, as far as that is known.
        const auto identity = fmt::format("{} {} {}", strike.function, strike.path, place_text(stack(operation)));
        strike.site = fmt::format("{:08x}", engine::hash(identity) & 0xffffffff);
        strike.family = "power";
        strike.type = type;
        strike.error = std::move(error);
        strike.match = numbers_[operation];
        strike.call = operation + 1;
        return strike;
    }

    [[nodiscard]] const std::vector<report::Frame>& stack(std::uint32_t operation) const
    {
        const auto [at, fresh] = stacks_.try_emplace(recording_.operations[operation].site);
        if (fresh) at->second = stack_of(recording_, operation);
        return at->second;
    }

    /// The operation that a state is about, and what became of it: the first one that is lost, one that is there in part,
    /// or else the last one before a kill.
    [[nodiscard]] report::Strike strike(const Checked& checked) const
    {
        const auto& state = checked.state;
        const auto in = " in " + text_of(checked.models);
        if (!state.lost.empty()) return strike(micros_.all[state.lost.front()].operation, lost, lost + in);
        return made(state, (is_torn(state) ? torn : last) + in);
    }

    /// What was in the making at a moment: there in part, or the last that is there.
    [[nodiscard]] report::Strike made(const State& state, std::string error = {}) const
    {
        const auto operation = in_the_making(micros_, state);
        if (operation != never) return strike(operation, is_torn(state) ? torn : last, std::move(error));
        report::Strike before_all;
        before_all.function = "start";
        before_all.path = "of the run";
        before_all.site = "00000000";
        before_all.family = "power";
        before_all.type = last;
        before_all.error = std::move(error);
        return before_all;
    }

    [[nodiscard]] static std::string id_text(const State& state) { return fmt::format("{:016x}", id_of(state)); }

    [[nodiscard]] std::vector<report::Strike> strikes_of(const Finding& finding) const
    {
        std::vector<report::Strike> strikes;
        for (const auto operation : finding.lost)
            strikes.push_back(strike(operation, lost));
        const auto& state = summary_.states.at(finding.states.front()).state;
        if (finding.torn || strikes.empty()) strikes.push_back(made(state));
        return strikes;
    }

    [[nodiscard]] std::string key_of(const Finding& finding) const
    {
        return fmt::format("{} in a power cut when {}", report::name_of(meaning_of(finding.kind).outcome),
                           report::words(strikes_of(finding)));
    }

    [[nodiscard]] report::Finding as_record(const Finding& finding) const
    {
        report::Finding record;
        record.outcome = meaning_of(finding.kind).outcome;
        record.detail = detail_of(finding.kind, finding.reason);
        record.key = key_of(finding);
        record.point = id_text(summary_.states.at(finding.states.front()).state);
        record.strikes = strikes_of(finding);
        if (const auto& about = record.strikes.front(); about.call != 0)
            record.stack = stack(static_cast<std::uint32_t>(about.call - 1));
        const auto fact = [&](std::string_view name, const std::string& text) {
            if (!text.empty()) record.facts.emplace_back(name, clean_line(text));
        };
        fact("models", text_of(finding.models));
        if (finding.overtook != never)
            fact("on disk all the same",
                 fmt::format("{} {}", operation_call(recording_, finding.overtook), path_of(finding.overtook)));
        fact("fails", fmt::format("after {} to {} operations, in {}", finding.first_cut, finding.last_cut,
                                  report::counted(finding.states.size(), "state")));
        fact("promised", finding.last_acknowledgement);
        fact("need", need_text(recording_, finding));
        fact("cure", fix_text(recording_, finding));
        fact("look at it", fmt::format("faultline powerloss -o DIRECTORY show {}", finding.states.front()));
        record.repro = clean_line(repro_of(finding));
        return record;
    }

    [[nodiscard]] std::string repro_of(const Finding& finding) const
    {
        std::vector<std::string> words{"faultline", "powerloss", "--model",
                                       std::string(in_order(finding.models).front())};
        const auto option = [&words](const char* name, const std::string& value) {
            if (!value.empty()) words.insert(words.end(), {name, value});
        };
        for (const auto& root : recording_.roots)
            if (recording_.roots.size() > 1 || root.path != recording_.working_directory) option("--root", root.path);
        option("--check", request_.check);
        option("--ack", request_.acks);
        if (request_.exit_acknowledges) words.emplace_back("--ack-exit");
        if (request_.split_rename) words.emplace_back("--split-rename");
        words.emplace_back("--");
        words.insert(words.end(), recording_.command.begin(), recording_.command.end());
        return run::shell_line(words);
    }

    [[nodiscard]] report::Point as_record(std::size_t number) const
    {
        const auto& checked = summary_.states[number];
        report::Point point{
            id_text(checked.state), {strike(checked)}, meaning_of(checked.verdict.kind).outcome, {}, {}};
        point.detail = checked.verdict.kind == Class::clean ? fmt::format("after {} operations", checked.state.cut)
                                                            : detail_of(checked.verdict.kind, checked.verdict.reason);
        for (const auto& finding : summary_.findings)
            if (std::ranges::count(finding.states, number) != 0) point.key = key_of(finding);
        return point;
    }

    void add_places(report::Exploration& all)
    {
        std::set<std::string> pairs;
        for (const auto& point : all.points) {
            const auto& what = point.strikes.front();
            pairs.insert(fmt::format("{} {} {}", what.function, what.site, what.error));
            const auto is_it = [&](const report::Place& place) {
                return place.function == what.function && place.site == what.site;
            };
            if (std::ranges::any_of(all.places, is_it)) continue;
            auto& place = all.places.emplace_back();
            place.function = what.function;
            place.site = what.site;
            place.path = what.path;
            place.calls = calls_[what.site];
            if (what.call != 0)
                if (const auto* const own = report::own_frame(stack(static_cast<std::uint32_t>(what.call - 1))))
                    place.at = *own;
        }
        all.pairs = pairs.size();
    }

    static inline const std::string lost = "is lost", torn = "is there in part", last = "is the last";

    const door::Recording& recording_;
    const Request& request_;
    const Summary& summary_;
    MicroOperations micros_;
    std::vector<std::uint64_t> numbers_;         // by operation: which one of its call, file and place
    std::map<std::string, std::uint64_t> calls_; // by site
    mutable std::map<std::uint32_t, std::vector<report::Frame>> stacks_; // by site of the recording
};

} // namespace

report::Exploration exploration_of(const door::Recording& recording, const Request& request, const Summary& summary)
{
    return Teller(recording, request, summary).tell();
}

} // namespace faultline::power
