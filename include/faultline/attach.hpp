// A run of `faultline run --control`, changed from a C++ program (attach.h says how):
//
//     faultline::Attached server(pid);
//     {
//         const auto full = server.fault("write:errno=ENOSPC,path=/var/lib/**");
//         server.wait(full.name());   // until it has fired
//     }                               // it is off again
#pragma once

#include "faultline/attach.h"

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace faultline {

/// What `faultline ctl` said when it could not do something.
struct ControlError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class Attached;

/// A fault that was added to a run, until the end of the block.
class LiveFault {
public:
    LiveFault(LiveFault&& other) noexcept : run_(std::exchange(other.run_, nullptr)), name_(std::move(other.name_)) {}
    LiveFault(const LiveFault&) = delete;
    LiveFault& operator=(const LiveFault&) = delete;
    LiveFault& operator=(LiveFault&&) = delete;
    inline ~LiveFault(); // a run that has ended meanwhile is none of its concern

    [[nodiscard]] const std::string& name() const noexcept { return name_; }

private:
    friend class Attached;
    LiveFault(const Attached& run, std::string name) : run_(&run), name_(std::move(name)) {}

    const Attached* run_; // nullptr: moved from
    std::string name_;
};

/// A run, by a process of it, a program's name, or its directory.
class Attached {
public:
    explicit Attached(long pid) : target_(std::to_string(pid)) {}
    explicit Attached(std::string target) : target_(std::move(target)) {}

    /// Performs a verb of `faultline ctl`; returns what it printed. Throws ControlError where it is not done.
    std::string ctl(const std::vector<std::string>& words) const
    {
        std::string answer;
        if (try_ctl(words, answer) != 0)
            throw ControlError(answer.empty() ? "there is no command 'faultline'" : answer);
        return answer;
    }
    /// The same without an exception: its exit status.
    int try_ctl(const std::vector<std::string>& words, std::string& answer) const
    {
        std::vector<const char*> texts;
        for (const auto& word : words)
            texts.push_back(word.c_str());
        texts.push_back(nullptr);
        answer.assign(4096, '\0');
        const int status = faultline_ctl(target_.c_str(), texts.data(), answer.data(), answer.size());
        answer.resize(answer.find('\0') == std::string::npos ? answer.size() : answer.find('\0'));
        while (answer.ends_with('\n'))
            answer.pop_back();
        return status;
    }

    /// Adds a fault, written as for `faultline run -f`. It is there until the result goes.
    [[nodiscard]] LiveFault fault(const std::string& text) const { return {*this, ctl({"add", text})}; }
    /// Returns once the fault has fired so often; throws where it has not within the time.
    void wait(const std::string& fault, unsigned long times = 1, const std::string& timeout = "5s") const
    {
        ctl({"wait", fault, std::to_string(times), "--timeout", timeout});
    }

private:
    std::string target_;
};

LiveFault::~LiveFault()
{
    std::string answer;
    if (run_ != nullptr) run_->try_ctl({"remove", name_}, answer);
}

} // namespace faultline
