// Compares what came of a family's cases with what has to (see main.cpp).
#pragma once

#include "case_process.hpp"

#include <filesystem>
#include <set>

namespace rows {

class Driver {
public:
    Driver(std::string family, std::string library, std::string command, std::string self)
        : family_(std::move(family)), library_(std::move(library)), command_(std::move(command)), self_(std::move(self))
    {}
    /// 0 if nothing is wrong with the rows of the family, or with those of `only`; else says what is.
    int run(const char* exports, const std::set<std::string>& only);

private:
    /// Starts this program again under the preload, with a plan, and waits for it.
    int start(const std::vector<std::string>& arguments, const std::filesystem::path& plan,
              const std::filesystem::path& stats, const std::filesystem::path& errors, pid_t& pid);
    /// Starts a program and waits for it; if `limited`, not longer than a case may take.
    static int spawn(const std::vector<std::string>& words, const std::vector<std::string>& environment,
                     const std::filesystem::path& errors, bool limited, pid_t& pid);
    void compare(const Subject& subject);
    /// The plan of one fault on the subject's function, in a directory that is made for it.
    static std::filesystem::path plan_of(const Subject& subject, const std::filesystem::path& place, int error);
    void strike(const Subject& subject);
    void strike_at_door(const Subject& subject);
    void judge_strike(const Subject& subject, const Outcome& outcome, const Outcome& reference, int error,
                      bool at_door = false);
    void judge_record(const Subject& subject, const Outcome& outcome, const std::filesystem::path& file,
                      const std::string& error, bool at_door = false);
    /// The functions that are a system call at the kernel's door; none, where the kernel has no such door.
    std::set<std::string> system_calls();
    void complain(const Subject& subject, const std::string& text) { wrong_.push_back(subject.name() + ": " + text); }

    std::string family_, library_, command_, self_;
    std::filesystem::path root_;
    std::vector<std::string> wrong_;
    std::vector<std::string> absent_;
};

} // namespace rows
