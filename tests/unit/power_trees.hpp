// What a model of a disk leaves of a recording that was made in memory: all of the trees, as lines of text.
#pragma once

#include "made_recording.hpp"
#include "power/tree.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <set>
#include <string>
#include <string_view>

namespace faultline::power {

using Seen = std::set<std::string>;

inline std::string repeated(char byte, std::size_t count)
{
    std::string bytes(count, byte);
    return bytes;
}

/// "6a.4b.": runs of bytes; NULs are '0'.
inline std::string runs(const std::string& content)
{
    std::string text;
    for (std::size_t at = 0; at < content.size();) {
        const auto end = std::min(content.find_first_not_of(content[at], at), content.size());
        text += std::to_string(end - at) + (content[at] == '\0' ? '0' : content[at]) + ".";
        at = end;
    }
    return text;
}

/// "a=3x. b=": the files of a tree; those whose mode is not as it was made have it too.
inline std::string text_of(const Disks& disks, const Tree& tree)
{
    std::set<std::string> files;
    disks.visit(tree, [&](const Met& met) {
        if (met.path.empty() || met.file == nullptr || S_ISDIR(met.file->attributes.mode)) return;
        std::string content;
        content.resize(met.file->size);
        read_content(*met.file,
                     [&](std::uint64_t at, std::string_view bytes) { content.replace(at, bytes.size(), bytes); });
        files.insert(met.path + "=" + runs(content) + ((met.file->attributes.mode & 0111) != 0 ? "*" : ""));
    });
    std::string text;
    for (const auto& file : files)
        text += (text.empty() ? "" : " ") + file;
    return text;
}

/// All trees that the model allows once everything has returned.
inline Seen legal_at_end(MadeRecording& made, std::string_view name, const Cutting& cutting = {})
{
    const auto& recording = made.get();
    const auto micros = cut(recording, cutting);
    const Disks disks(recording, micros);
    const auto rules = model(*model_named(name), recording, micros);
    Seen seen;
    enumerate(rules, micros, micros.operations(), [&](const State& state) {
        EXPECT_TRUE(legal(rules, micros, state));
        seen.insert(text_of(disks, disks.tree(state)));
    });
    return seen;
}

} // namespace faultline::power
