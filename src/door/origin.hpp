// Where a notified call comes from: the stack of the thread that waits for its answer, unwound from outside. The kernel
// tells no more of its registers than where it stands and its stack pointer, which is enough for most code; a frame pointer
// that is needed and not known is looked for.
#pragma once

#include "door/code_file.hpp"
#include "door/mappings.hpp"
#include "plan/plan.hpp"

#include <map>
#include <memory>
#include <string>
#include <sys/types.h>
#include <vector>

namespace faultline::door {

/// An address, as its module knows it.
struct CodeFrame {
    std::string path;         // of the file; empty: in no module
    std::uint64_t offset = 0; // as addr2line takes it
    const CodeFile* file = nullptr;

    [[nodiscard]] std::string module() const { return path.substr(path.rfind('/') + 1); }
};

struct Origin {
    std::vector<CodeFrame> frames; // return addresses, innermost first; of what has none, where the call was made
    std::uint32_t site = 0;        // for a call that libc's shared library made, the same as through the preload
    std::uint32_t caller_sets = 0;
    mutable std::uint32_t number = 0; // for who writes it down: what it has been written as
};

/// The origins of the calls of one process image.
class Origins {
public:
    explicit Origins(pid_t process) : process_(process) {}

    /// nullptr: the kernel tells nothing of the thread. `plan`: whose sets of callers are asked for; always the same one;
    /// nullptr: there is none.
    [[nodiscard]] const Origin* of(pid_t tid, std::uint64_t pc, const plan::Plan* plan);

private:
    struct Code : Mapping { // its path is empty where it is of no file
        const CodeFile* file;
    };
    /// A stack that was unwound is known again by its return addresses, if they still lie where they lay.
    struct Known {
        std::vector<std::uint64_t> slots, addresses;
        Origin origin;
    };

    void read_mappings();
    [[nodiscard]] const Code* mapping_of(std::uint64_t address) const;
    [[nodiscard]] CodeFrame frame_of(std::uint64_t address) const;
    [[nodiscard]] bool returns_here(std::uint64_t address, const ReadWord& read) const;
    [[nodiscard]] bool find_bp(Registers& frame, const CodeFile& file, std::uint64_t bias, const ReadWord& read) const;
    [[nodiscard]] bool find_return(Registers& frame, const ReadWord& read) const;
    void unwind(pid_t tid, std::uint64_t pc, std::uint64_t sp, Known& known) const;
    void name(std::uint64_t pc, const plan::Plan* plan, Known& known) const;

    pid_t process_;
    std::vector<Code> mappings_;
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::vector<std::unique_ptr<Known>>> known_; // by pc and sp
};

} // namespace faultline::door
