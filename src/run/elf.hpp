// What the loader will make of a file: the one place that reads ELF, by libelf. Nothing is believed of a file; what is
// damaged reads as empty.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct Elf;

namespace faultline::run {

/// An ELF file, open for reading. The file must not be cut short meanwhile.
class ElfFile {
public:
    struct Symbol {
        std::string name;
        bool defined = false; // else it is imported
        bool data = false;    // a variable
    };
    enum class Entry : std::uint8_t { needed, soname, rpath, runpath };

    explicit ElfFile(const std::string& path);
    ~ElfFile();
    ElfFile(const ElfFile&) = delete;
    ElfFile& operator=(const ElfFile&) = delete;

    [[nodiscard]] bool opened() const noexcept { return fd_ >= 0; } // else errno said why
    /// Whether it is an ELF file with a header that makes sense. Without one all that follows is empty.
    [[nodiscard]] bool valid() const noexcept { return bits_ != 0; }
    [[nodiscard]] int bits() const noexcept { return bits_; }       // 32 or 64
    [[nodiscard]] int machine() const noexcept { return machine_; } // EM_…
    /// Whether our library can be loaded beside it: 64 bits, and this processor.
    [[nodiscard]] bool native() const noexcept;

    /// The loader that the program asks for; empty: none.
    [[nodiscard]] std::string interpreter() const;
    /// The strings of the dynamic section.
    [[nodiscard]] std::vector<std::string> dynamic(Entry entry) const;
    /// The dynamic symbols that other modules can see or are to give.
    [[nodiscard]] std::vector<Symbol> symbols() const;
    [[nodiscard]] bool has_section(std::string_view name) const;

private:
    struct End {
        void operator()(Elf* elf) const noexcept;
    };
    int fd_ = -1;
    std::unique_ptr<Elf, End> elf_;
    int bits_ = 0;
    int machine_ = 0;
};

/// A processor's name for people, such as "aarch64".
[[nodiscard]] std::string machine_name(int machine);

} // namespace faultline::run
