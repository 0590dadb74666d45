// LD_PRELOAD fails open: the loader ignores it silently in setuid programs, and a static program has no loader. Running
// such a program without its faults would look like success, so run refuses first and says why.
#include "cli/target.hpp"

#include "cli/cli.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <gelf.h>
#include <memory>
#include <string_view>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace faultline::cli {

namespace {

#if defined(__x86_64__)
constexpr int our_machine = EM_X86_64;
#elif defined(__aarch64__)
constexpr int our_machine = EM_AARCH64;
#endif

constexpr int deepest_script = 4; // as the kernel has it

bool is_directory(const std::string& path)
{
    struct stat status = {};
    return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

/// What execvp would try: sets the path, or else status and problem.
Target search(const std::string& command)
{
    Target target;
    const auto refuse = [&](int status, std::string problem) {
        target.status = status;
        target.problem = std::move(problem);
        return target;
    };
    const auto usable = [](const std::string& path) {
        return !is_directory(path) && ::access(path.c_str(), X_OK) == 0;
    };
    if (command.find('/') != std::string::npos) {
        target.path = command;
        if (usable(command)) return target;
        if (is_directory(command)) return refuse(cannot_run, "it is a directory");
        return refuse(errno == ENOENT || errno == ENOTDIR ? not_found : cannot_run, std::strerror(errno));
    }
    const char* const variable = std::getenv("PATH");
    const std::string_view path = variable == nullptr ? "/usr/local/bin:/usr/bin:/bin" : variable;
    bool denied = false;
    for (std::size_t begin = 0; begin <= path.size();) {
        const auto end = std::min(path.find(':', begin), path.size());
        const auto directory = path.substr(begin, end - begin);
        const auto candidate = fmt::format("{}/{}", directory.empty() ? "." : directory, command);
        if (usable(candidate)) {
            target.path = candidate;
            return target;
        }
        denied = denied || (!is_directory(candidate) && ::access(candidate.c_str(), F_OK) == 0);
        begin = end + 1;
    }
    if (denied) return refuse(cannot_run, "the file found along PATH is not executable");
    return refuse(not_found, "there is no such command along PATH");
}

/// Why the loader will treat the program as a privileged one, which ignores our preloading; or nothing.
std::string privilege(int fd)
{
    struct stat status = {};
    if (::fstat(fd, &status) != 0) return {};
    if ((status.st_mode & S_ISUID) != 0 && status.st_uid != ::getuid()) return "it is setuid";
    if ((status.st_mode & S_ISGID) != 0 && (status.st_mode & S_IXGRP) != 0 && status.st_gid != ::getgid())
        return "it is setgid";
    if (::getuid() != 0 && ::fgetxattr(fd, "security.capability", nullptr, 0) > 0) return "it has file capabilities";
    return {};
}

struct ElfFile {
    std::unique_ptr<Elf, decltype(&elf_end)> elf;

    explicit ElfFile(int fd) : elf(nullptr, &elf_end)
    {
        elf_version(EV_CURRENT);
        elf.reset(elf_begin(fd, ELF_C_READ_MMAP, nullptr));
    }

    /// The loader that the program asks for; empty: none.
    [[nodiscard]] std::string interpreter() const
    {
        std::size_t count = 0;
        std::size_t size = 0;
        const char* const bytes = elf_rawfile(elf.get(), &size);
        if (elf_getphdrnum(elf.get(), &count) != 0) return {};
        for (std::size_t i = 0; i < count; ++i) {
            GElf_Phdr header;
            if (gelf_getphdr(elf.get(), static_cast<int>(i), &header) == nullptr || header.p_type != PT_INTERP)
                continue;
            if (bytes == nullptr || header.p_offset >= size || header.p_filesz > size - header.p_offset) return {};
            const std::string_view name(bytes + header.p_offset, header.p_filesz);
            return std::string(name.substr(0, name.find('\0')));
        }
        return {};
    }

    /// Every string of the dynamic section that stands under `tag`.
    [[nodiscard]] std::vector<std::string> dynamic(GElf_Sxword tag) const
    {
        std::vector<std::string> found;
        for (Elf_Scn* section = elf_nextscn(elf.get(), nullptr); section != nullptr;
             section = elf_nextscn(elf.get(), section)) {
            GElf_Shdr header;
            if (gelf_getshdr(section, &header) == nullptr || header.sh_type != SHT_DYNAMIC || header.sh_entsize == 0)
                continue;
            auto* const data = elf_getdata(section, nullptr);
            for (std::size_t i = 0; data != nullptr && i < header.sh_size / header.sh_entsize; ++i) {
                GElf_Dyn entry;
                if (gelf_getdyn(data, static_cast<int>(i), &entry) == nullptr || entry.d_tag != tag) continue;
                const char* const name = elf_strptr(elf.get(), header.sh_link, entry.d_un.d_val);
                if (name != nullptr) found.emplace_back(name);
            }
        }
        return found;
    }
};

/// Why nothing can be preloaded into the ELF program, or nothing.
std::string elf_problem(const ElfFile& file)
{
    GElf_Ehdr header;
    if (gelf_getehdr(file.elf.get(), &header) == nullptr) return "its ELF header is damaged";
    if (header.e_ident[EI_CLASS] != ELFCLASS64) return "it is a 32-bit program, and libfaultline.so has 64 bits";
    if (header.e_machine != our_machine) return "it is a program for another processor";
    const auto interpreter = file.interpreter();
    if (interpreter.find("ld-musl") != std::string::npos)
        return "it runs on musl libc: Faultline works with glibc only";
    if (!interpreter.empty()) return {};
    // The loader run as a command, ld-linux-x86-64.so.2 PROGRAM, does preload into what it loads.
    for (const auto& name : file.dynamic(DT_SONAME))
        if (name.starts_with("ld-linux")) return {};
    return "it is statically linked: there is no loader that could preload libfaultline.so into it";
}

/// The interpreter that a script names in its first line, or nothing.
std::string shebang(std::string_view start)
{
    if (!start.starts_with("#!")) return {};
    start = start.substr(2, start.find('\n') - 2);
    const auto begin = std::min(start.find_first_not_of(" \t"), start.size());
    const auto end = std::min(start.find_first_of(" \t", begin), start.size());
    return std::string(start.substr(begin, end - begin));
}

void inspect(Target& target, const std::string& path, int depth)
{
    const auto refuse = [&](std::string_view why) {
        target.status = own_error;
        target.problem =
            depth == 0 ? std::string(why) : fmt::format("its interpreter {} cannot be used: {}", path, why);
    };
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return; // executable, but not to be read: the run itself will show
    const struct Closing {
        int fd;
        ~Closing() { ::close(fd); }
    } closing{fd};
    char start[256] = {};
    const auto got = ::pread(fd, start, sizeof start, 0);
    const std::string_view first(start, got > 0 ? static_cast<std::size_t>(got) : 0);
    if (!first.starts_with("\x7f"
                           "ELF")) {
        // The kernel takes no heed of the privileges of a script, only of those of its interpreter.
        if (const auto next = shebang(first); !next.empty() && depth < deepest_script) inspect(target, next, depth + 1);
        return;
    }
    if (const auto why = privilege(fd); !why.empty()) return refuse(why + ": the loader ignores LD_PRELOAD there");
    const ElfFile file(fd);
    if (const auto why = elf_problem(file); !why.empty()) return refuse(why);
    target.needed = file.dynamic(DT_NEEDED);
}

} // namespace

Target find_target(const std::string& command)
{
    auto target = search(command);
    if (target.status == 0) inspect(target, target.path, 0);
    return target;
}

} // namespace faultline::cli
