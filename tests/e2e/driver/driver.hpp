// One end-to-end test (see main.cpp): its expectations, its host's run, and the comparison of the two.
#pragma once

#include "../../slurp.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

namespace e2e {

using Json = nlohmann::json;
using faultline::test::slurp;

struct Directive {
    int line;
    std::string scope; // a lineage; empty: all records
    std::string name;
    std::string rest;
    std::vector<std::string> words; // of rest
};

struct Record {
    Json document;
    std::string file;
    bool live = false;
    [[nodiscard]] std::string lineage() const { return document["process"]["lineage"]; }
};

struct Outcome {
    int status = 0;
    std::string out, err;
    std::vector<Record> records;
};

std::string replaced(std::string text, const std::string& what, const std::string& with);

/// Lineages sort by their ordinals, not by their letters.
std::vector<int> ordinals(const std::string& lineage);

class Driver {
public:
    Driver(std::string host, std::filesystem::path plan, std::string library, std::string command);

    /// `repeat`: a second run under load must bring the same events. `replay`: a second run with FAULT_SEED set to the
    /// seed that the first one recorded must. Says what is wrong. Returns the exit status: 0, 1, or 77 where the test
    /// cannot be had.
    int run(bool show);

private:
    Outcome once(const std::string& seed);
    [[noreturn]] void become_host(const std::string& seed);
    void prepare();
    std::vector<Record> collect();
    void judge(const Outcome& outcome);
    /// What holds for every record, whatever its test is about.
    void judge_record(const Record& record);
    void judge_line(const Directive& line, const Outcome& outcome);
    /// All that has to come out the same again: counts, and the events of each thread in their order, but for times and
    /// for `call`, which numbers the calls of all threads.
    [[nodiscard]] Json fingerprint(const Outcome& outcome) const;

    [[nodiscard]] const Directive* find(const std::string& name) const
    {
        const auto found = std::ranges::find(directives_, name, &Directive::name);
        return found == directives_.end() ? nullptr : &*found;
    }
    [[nodiscard]] std::string here(const std::string& text) const
    {
        return replaced(replaced(replaced(text, "$DIR", directory_.string()), "$HOST", host_), "$LIBRARY", library_);
    }
    void complain(const std::string& text, int line = 0)
    {
        ++complaints_;
        std::cout << plan_.filename().string() << ':' << (line != 0 ? std::to_string(line) + ": " : " ") << text
                  << '\n';
    }
    void compare(const Directive& line, const std::string& got, const std::string& wanted)
    {
        if (got == wanted) return;
        complain(line.name + " " + line.rest + "\n    wanted: " + wanted + "\n    got:    " + got, line.line);
    }

    std::string host_;
    std::filesystem::path plan_;
    std::string library_, command_;
    std::vector<Directive> directives_;
    bool numbered_by_run_ = false; // a fault's matches are those of all processes together
    std::filesystem::path root_, directory_;
    int complaints_ = 0;
    std::size_t stale_ = 0; // ledgers beside their own statistics file
};

} // namespace e2e
