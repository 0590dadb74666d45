// An ELF file whose code some process runs: where its bytes lie, what its functions are called, and how its frames are
// unwound (.eh_frame, or .debug_frame, which is all that Go has). Read by elfutils.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

struct Elf;
struct Dwarf;
struct Dwarf_CFI_s;

namespace faultline::door {

/// What unwinding goes by. The other registers do not matter on x86-64 but in frames that realign the stack.
struct Registers {
    std::uint64_t pc = 0, sp = 0;
    std::optional<std::uint64_t> bp; // nullopt: not known
    std::uint64_t slot = 0;          // where `pc` was read, as a return address
};

/// A word of the process's memory; nullopt: it cannot be read.
using ReadWord = std::function<std::optional<std::uint64_t>(std::uint64_t address)>;

class CodeFile {
public:
    explicit CodeFile(const std::string& path);
    ~CodeFile();
    CodeFile(const CodeFile&) = delete;
    CodeFile& operator=(const CodeFile&) = delete;

    /// The address, as addr2line takes it, of what stands at an offset in the file.
    [[nodiscard]] std::uint64_t address_of(std::uint64_t file_offset) const;
    /// The function at such an address; nullopt: no symbol covers it.
    struct Function {
        std::string name;
        std::uint64_t address = 0;
    };
    [[nodiscard]] std::optional<Function> function_at(std::uint64_t address) const;

    enum class Step : std::uint8_t {
        done,
        outermost, // the frame has no caller
        needs_bp,  // the frame is found by its frame pointer, which is not known
        unknown,   // the file does not say
    };
    /// From a frame to its caller's. `bias`: what the process adds to the file's addresses.
    [[nodiscard]] Step step(Registers& frame, std::uint64_t bias, const ReadWord& read) const;
    /// For a frame that needs its frame pointer: how many bytes the function's first instructions take from the stack
    /// below it, so that it lies so far above the stack pointer, as a rule.
    [[nodiscard]] std::optional<std::uint64_t> frame_size(std::uint64_t pc, std::uint64_t bias,
                                                          const ReadWord& read) const;

private:
    int fd_ = -1;
    Elf* elf_ = nullptr;
    Dwarf* dwarf_ = nullptr;
    Dwarf_CFI_s* eh_frame_ = nullptr;
    Dwarf_CFI_s* debug_frame_ = nullptr;
};

} // namespace faultline::door
