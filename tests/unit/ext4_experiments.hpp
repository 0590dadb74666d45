// Questions to ext4, as recordings of a few operations: what power_ext4_test.cpp says of them by the model, and
// tests/disk asks a real one.
#pragma once

#include "made_recording.hpp"

#include <array>
#include <ostream>
#include <stdexcept>

namespace faultline::power {

/// Has the journal committed, as another file's fsync does.
inline void commit(MadeRecording& made)
{
    const auto other = made.create("y");
    made.sync(other);
}

struct Experiment {
    std::string_view name, question;
    void (*make)(MadeRecording& made);
    /// What a real one holds after a cut at the end, as power_trees.hpp writes a tree.
    std::string_view by_default, without_auto_da_alloc;
    bool commits = true; // before the cut
};

inline void PrintTo(const Experiment& experiment, std::ostream* out) { *out << experiment.question; }

inline constexpr std::array<Experiment, 11> experiments{{
    {"E1", "new content, renamed over a file",
     [](MadeRecording& made) {
         const auto old = made.had("f", "o");
         const auto file = made.create("t");
         made.write(file, 0, "n");
         made.rename(file, "t", "f", old);
     },
     "f=1n. y=", "f= y="},
    {"E2", "a new file, renamed to a new name",
     [](MadeRecording& made) {
         const auto file = made.create("t");
         made.write(file, 0, "n");
         made.rename(file, "t", "f");
     },
     "f= y=", "f= y="},
    {"E3", "50 bytes appended to 100",
     [](MadeRecording& made) {
         const auto file = made.had("f", std::string(100, 'o'));
         made.write(file, 100, std::string(50, 'n'));
     },
     "f=100o.500. y=", "f=100o.500. y="},
    {"E4", "a block overwritten",
     [](MadeRecording& made) {
         const auto file = made.had("f", "o");
         made.create("x");
         made.write(file, 0, "n");
     },
     "f=1o. x= y=", "f=1o. x= y="},
    {"E5", "a file cut to nothing, written and closed",
     [](MadeRecording& made) {
         const auto file = made.had("f", "o");
         made.truncate(file, 0);
         made.write(file, 0, "n");
         made.close(file);
     },
     "f=1n. y=", "f= y="},
    {"E5b", "the same before it is closed",
     [](MadeRecording& made) {
         const auto file = made.had("f", "o");
         made.truncate(file, 0);
         made.write(file, 0, "n");
     },
     "f= y=", "f= y="},
    {"E6", "fdatasync of an overwrite, after another file was made",
     [](MadeRecording& made) {
         const auto file = made.had("f", "o");
         made.create("x");
         made.write(file, 0, "n");
         made.sync_data(file);
     },
     "f=1n.", "f=1n.", false},
    {"E7", "a new file with content",
     [](MadeRecording& made) {
         const auto file = made.create("x");
         made.write(file, 0, "n");
     },
     "x= y=", "x= y="},
    {"E8", "a byte appended beyond the block",
     [](MadeRecording& made) {
         const auto file = made.had("f", std::string(4096, 'o'));
         made.write(file, 4096, "n");
     },
     "f=4096o. y=", "f=4096o. y="},
    {"E9", "the same, and the size that it has then is set",
     [](MadeRecording& made) {
         const auto file = made.had("f", std::string(4096, 'o'));
         made.write(file, 4096, "n");
         made.truncate(file, 4097);
     },
     "f=4096o.10. y=", "f=4096o.10. y="},
    {"E10", "a write into the last block and beyond it",
     [](MadeRecording& made) {
         const auto file = made.had("f", std::string(4000, 'o'));
         made.write(file, 4000, std::string(196, 'n'));
     },
     "f=4000o.960. y=", "f=4000o.960. y="},
}};

/// One of them, by its name.
inline const Experiment& experiment(std::string_view name)
{
    for (const auto& each : experiments)
        if (each.name == name) return each;
    throw std::out_of_range(std::string(name));
}

} // namespace faultline::power
