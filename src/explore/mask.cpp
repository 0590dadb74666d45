#include "explore/mask.hpp"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>

namespace faultline::explore {

namespace {

constexpr std::string_view gap = "\xe2\x80\xa6"; // "…"

std::vector<std::string_view> lines_of(std::string_view text)
{
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const auto end = text.find('\n');
        lines.push_back(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return lines;
}

/// Whether a character may be part of what changes, although two runs happened to agree in it: digits of a time, say.
bool may_change(char byte)
{
    return std::isalnum(static_cast<unsigned char>(byte)) != 0 || byte == ':' || byte == '.' || byte == '-' ||
           byte == '+' || byte == ',';
}

/// What two texts have in common at both ends, cut back to where a word begins and ends.
std::pair<std::string_view, std::string_view> ends_of(std::string_view a, std::string_view b)
{
    const auto shorter = std::min(a.size(), b.size());
    std::size_t before = 0;
    while (before < shorter && a[before] == b[before])
        ++before;
    std::size_t after = 0;
    while (after < shorter - before && a[a.size() - 1 - after] == b[b.size() - 1 - after])
        ++after;
    while (before > 0 && may_change(a[before - 1]))
        --before;
    while (after > 0 && may_change(a[a.size() - after]))
        --after;
    return {a.substr(0, before), a.substr(a.size() - after)};
}

bool fits(std::string_view text, std::string_view before, std::string_view after)
{
    return text.size() >= before.size() + after.size() && text.starts_with(before) && text.ends_with(after);
}

} // namespace

void LineMask::learn(std::string_view a, std::string_view b)
{
    if (a == b || whole_) return;
    const auto first = lines_of(a);
    const auto second = lines_of(b);
    if (first.size() != second.size()) {
        whole_ = true;
        return;
    }
    for (std::size_t i = 0; i < first.size(); ++i) {
        if (first[i] == second[i]) continue;
        const auto [before, after] = ends_of(first[i], second[i]);
        patterns_.insert({std::string(before), std::string(after)});
    }
}

std::string LineMask::apply(std::string_view text) const
{
    if (whole_) return {};
    if (patterns_.empty()) return std::string(text);
    std::string result;
    for (const auto line : lines_of(text)) {
        const auto pattern =
            std::ranges::find_if(patterns_, [line](const Ends& each) { return fits(line, each.before, each.after); });
        result += pattern == patterns_.end() ? std::string(line)
                                             : fmt::format("{}{}{}", pattern->before, gap, pattern->after);
        result += '\n';
    }
    return result;
}

std::vector<std::string> LineMask::described() const
{
    if (whole_) return {"all of it (the number of lines changes)"};
    std::vector<std::string> result;
    for (const auto& pattern : patterns_)
        result.push_back(fmt::format("\"{}{}{}\"", pattern.before, gap, pattern.after));
    return result;
}

std::string Mask::masked_name(const std::string& path) const
{
    for (const auto& name : names_)
        if (fits(path, name.before, name.after)) return fmt::format("{}{}{}", name.before, gap, name.after);
    return path;
}

Tree Mask::tree(const Tree& tree) const
{
    if (names_.empty() && contents_.empty()) return tree;
    Tree result;
    for (const auto& [path, entry] : tree) {
        auto name = masked_name(path);
        auto masked = entry;
        if (contents_.contains(name)) masked.size = masked.hash = 0;
        result[std::move(name)] = masked;
    }
    return result;
}

void Mask::learn(const Observation& a, const Observation& b)
{
    out_.learn(a.out, b.out);
    err_.learn(a.err, b.err);
    // A file that only one of the runs has is the same as one that only the other has, under another name.
    std::vector<std::string> only_a, only_b;
    for (const auto& [path, entry] : a.tree)
        if (!b.tree.contains(path)) only_a.push_back(path);
    for (const auto& [path, entry] : b.tree)
        if (!a.tree.contains(path)) only_b.push_back(path);
    for (std::size_t i = 0; i < std::min(only_a.size(), only_b.size()); ++i) {
        const auto [before, after] = ends_of(only_a[i], only_b[i]);
        names_.insert({std::string(before), std::string(after)});
    }
    const auto left = tree(a.tree);
    const auto right = tree(b.tree);
    for (const auto& [path, entry] : left) {
        const auto other = right.find(path);
        if (other != right.end() && other->second != entry) contents_.insert(path);
    }
}

bool Mask::agree(const Observation& a, const Observation& b) const
{
    return a.end.status == b.end.status && a.end.timed_out == b.end.timed_out && out(a.out) == out(b.out) &&
           err(a.err) == err(b.err) && tree(a.tree) == tree(b.tree);
}

std::vector<std::string> Mask::described() const
{
    std::vector<std::string> result;
    for (const auto& each : out_.described())
        result.push_back("standard output: " + each);
    for (const auto& each : err_.described())
        result.push_back("standard error: " + each);
    for (const auto& name : names_)
        result.push_back(fmt::format("the name of {}{}{}", name.before, gap, name.after));
    for (const auto& path : contents_)
        result.push_back("the contents of " + path);
    return result;
}

} // namespace faultline::explore
