#include "hook/reach.hpp"

#include "sys/syscalls.hpp"
#include "sys/text.hpp"

#include <elf.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

namespace faultline::hook {
namespace {

using ledger::Unreached;

constinit const char* library = nullptr; // absolute; nullptr: not preloaded, but linked

#if defined(__x86_64__)
constexpr int our_machine = EM_X86_64;
#elif defined(__aarch64__)
constexpr int our_machine = EM_AARCH64;
#endif

constexpr int deepest_script = 4; // as the kernel has it
constexpr int most_segments = 64;

/// The value of a variable; an empty text where there is none.
std::string_view value_of(const char* const* environment, std::string_view name) noexcept
{
    for (; environment != nullptr && *environment != nullptr; ++environment) {
        const std::string_view text{*environment};
        if (text.size() > name.size() && text.starts_with(name) && text[name.size()] == '=')
            return text.substr(name.size() + 1);
    }
    return {};
}

/// Finds a name along PATH, as execvp does. False where it is not found, or its path is too long for the room.
bool search(const Program& program, std::span<char> room) noexcept
{
    auto path = value_of(program.search_from, "PATH");
    if (path.empty()) path = "/bin:/usr/bin";
    for (std::size_t at = 0; at <= path.size();) {
        const auto end = path.find(':', at) == std::string_view::npos ? path.size() : path.find(':', at);
        const auto directory = path.substr(at, end - at);
        sys::Writer writer{room};
        writer << (directory.empty() ? "." : directory) << '/' << std::string_view{program.path};
        if (!writer.cut() && sys::call(SYS_faccessat, AT_FDCWD, sys::address(room.data()), X_OK) == 0) return true;
        at = end + 1;
    }
    return false;
}

/// Whether the loader will refuse to preload because the program gets rights that its caller does not have.
[[gnu::noinline]] bool gains_rights(int directory, const char* path) noexcept
{
    struct stat status;
    if (sys::call(SYS_newfstatat, directory, sys::address(path), sys::address(&status), AT_EMPTY_PATH) != 0)
        return false;
    const auto user = static_cast<uid_t>(sys::call(SYS_getuid));
    const bool by_user = (status.st_mode & S_ISUID) != 0 && status.st_uid != user;
    const bool by_group = (status.st_mode & S_ISGID) != 0 && (status.st_mode & S_IXGRP) != 0 &&
                          status.st_gid != static_cast<gid_t>(sys::call(SYS_getgid));
    const bool by_capability =
        user != 0 && directory == AT_FDCWD &&
        sys::call(SYS_getxattr, sys::address(path), sys::address("security.capability"), 0, 0) > 0;
    if (!by_user && !by_group && !by_capability) return false;
    struct statfs system;
    constexpr long no_set_user_id = 2; // ST_NOSUID
    if (directory == AT_FDCWD && sys::call(SYS_statfs, sys::address(path), sys::address(&system)) == 0 &&
        (system.f_flags & no_set_user_id) != 0)
        return false;
    return sys::call(SYS_prctl, PR_GET_NO_NEW_PRIVS) != 1;
}

bool read_at(int fd, void* into, std::size_t bytes, std::uint64_t offset) noexcept
{
    return sys::call(SYS_pread64, fd, sys::address(into), static_cast<long>(bytes), static_cast<long>(offset)) ==
           static_cast<long>(bytes);
}

/// What the segments of a program for this processor say.
Unreached read_segments(int fd, const Elf64_Ehdr& head) noexcept
{
    bool is_go = false;
    for (int i = 0; i < head.e_phnum && i < most_segments; ++i) {
        Elf64_Phdr segment;
        if (!read_at(fd, &segment, sizeof segment, head.e_phoff + static_cast<unsigned>(i) * sizeof segment))
            return Unreached::reached; // damaged: the kernel will say so
        char text[64]{};
        if (segment.p_type == PT_INTERP) {
            const auto length = segment.p_filesz < sizeof text ? segment.p_filesz : sizeof text - 1;
            static_cast<void>(read_at(fd, text, length, segment.p_offset));
            const auto loader = sys::text_within(text, sizeof text);
            return loader.find("ld-musl") != std::string_view::npos ? Unreached::musl : Unreached::reached;
        }
        constexpr std::string_view go_note{"\4\0\0\0", 4};
        if (segment.p_type == PT_NOTE && read_at(fd, text, 16, segment.p_offset))
            is_go = is_go || (std::string_view{text, 4} == go_note && std::string_view{text + 12, 2} == "Go");
    }
    return is_go ? Unreached::go : Unreached::statically_linked;
}

bool is_loader(std::string_view path) noexcept
{
    const auto slash = path.rfind('/');
    return path.substr(slash == std::string_view::npos ? 0 : slash + 1).starts_with("ld-linux");
}

/// Reads the head of a program. Of a script it writes the interpreter's path into `interpreter`.
[[gnu::noinline]] Unreached read_head(int fd, std::span<char> interpreter) noexcept
{
    union {
        Elf64_Ehdr elf;
        char text[128];
    } head{};
    if (sys::call(SYS_pread64, fd, sys::address(&head), sizeof head, 0) < static_cast<long>(sizeof head.elf) &&
        head.text[0] != '#')
        return Unreached::reached;
    if (head.text[0] == '#' && head.text[1] == '!') {
        auto line = sys::text_within(head.text, sizeof head.text).substr(2);
        while (line.starts_with(' ') || line.starts_with('\t'))
            line.remove_prefix(1);
        sys::Writer{interpreter} << line.substr(0, line.find_first_of(" \t\n"));
        return Unreached::reached;
    }
    if (std::string_view{head.text, SELFMAG} != std::string_view{ELFMAG, SELFMAG}) return Unreached::reached;
    if (head.elf.e_ident[EI_CLASS] != ELFCLASS64 || head.elf.e_machine != our_machine) return Unreached::architecture;
    return read_segments(fd, head.elf);
}

/// Looks at the file, and where it is a script, at its interpreter.
[[gnu::noinline]] Unreached look_at(int directory, const char* path) noexcept
{
    char interpreter[128]{}; // this frame and those below it are small: they may lie on any stack
    for (int depth = 0; depth <= deepest_script; ++depth) {
        if (gains_rights(directory, path)) return Unreached::privileged;
        const bool is_descriptor = path[0] == '\0';
        const int fd = is_descriptor ? directory
                                     : static_cast<int>(sys::call(SYS_openat, directory, sys::address(path),
                                                                  O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
        if (fd < 0) return Unreached::reached; // not to be read: then nothing is known
        interpreter[0] = '\0';
        auto why = read_head(fd, interpreter);
        if (!is_descriptor) sys::close(fd);
        // The loader run as a command does preload into what it loads.
        if (why == Unreached::statically_linked && is_loader(path)) why = Unreached::reached;
        if (interpreter[0] == '\0') return why;
        directory = AT_FDCWD;
        path = interpreter;
    }
    return Unreached::reached;
}

} // namespace

void remember_library(const char* path) noexcept { library = path; }

namespace {

/// Where our library's path stands in an entry of LD_PRELOAD, as musl's loader would take it; npos: nowhere.
std::size_t find_plain(std::string_view entry) noexcept
{
    if (library == nullptr || !entry.starts_with("LD_PRELOAD=")) return std::string_view::npos;
    const std::string_view path{library};
    for (std::size_t at = 0; (at = entry.find(path, at)) != std::string_view::npos; ++at) {
        constexpr std::string_view before = "=: ";
        constexpr std::string_view behind = ": ";
        const auto end = at + path.size();
        if (before.find(entry[at - 1]) != std::string_view::npos &&
            (end == entry.size() || behind.find(entry[end]) != std::string_view::npos))
            return at;
    }
    return std::string_view::npos;
}

/// musl knows no $LIB. For glibc's loader that is the directory under / where its own libraries lie, from which enough
/// steps up lead to the root; but that it is there costs it as much as a third of what we add to a start.
constexpr std::string_view for_glibc_only = "/$LIB/../../../..";

} // namespace

Preload find_preload(char** environment) noexcept
{
    for (; *environment != nullptr; ++environment) {
        const std::string_view text{*environment};
        if (const auto at = find_plain(text); at != std::string_view::npos)
            return {environment, at, text.size() + for_glibc_only.size() + 1};
    }
    return {};
}

void hide_from_musl(const Preload& preload, char* text) noexcept
{
    if (preload.entry == nullptr) return;
    const std::string_view plain{*preload.entry};
    sys::Writer{std::span{text, preload.room}} << plain.substr(0, preload.at) << for_glibc_only
                                               << plain.substr(preload.at);
    *preload.entry = text;
}

void find_reach(const Program& program, Reach& reach) noexcept
{
    if (library == nullptr) return;
    const std::string_view given{program.path};
    sys::Writer name{reach.name};
    const bool searched = program.along_path && given.find('/') == std::string_view::npos;
    if (searched) {
        if (!search(program, reach.name)) return;
    } else if (given.empty()) {
        char link[32];
        sys::Writer{link} << "/proc/self/fd/" << static_cast<std::uint64_t>(program.directory);
        const long length = sys::readlink(link, reach.name, sizeof reach.name - 1);
        reach.name[length > 0 ? length : 0] = '\0';
    } else {
        name << (given.size() < sizeof reach.name ? given : given.substr(given.size() - sizeof reach.name + 1));
    }
    reach.why = look_at(program.directory, searched ? reach.name : program.path);
    if (reach.why != Unreached::reached) return;
    if (value_of(program.environment, "LD_PRELOAD").empty() || value_of(program.environment, "FAULT_CONFIG").empty())
        reach.why = Unreached::environment;
    else if (sys::call(SYS_faccessat, AT_FDCWD, sys::address(library), R_OK) != 0)
        reach.why = Unreached::library;
}

} // namespace faultline::hook
