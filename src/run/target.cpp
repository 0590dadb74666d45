// LD_PRELOAD fails open: the loader ignores it silently in setuid programs, and a static program has no loader. Running
// such a program without its faults would look like success, so run refuses first and says why.
#include "run/target.hpp"

#include "run/elf.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fmt/format.h>
#include <fstream>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace faultline::run {

namespace {

constexpr int deepest_script = 4; // as the kernel has it

bool is_directory(const std::string& path)
{
    struct stat status = {};
    return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

/// What execvp would try: sets the path, or else the obstacle.
Target search(const std::string& command)
{
    Target target;
    const auto refuse = [&](Obstacle obstacle, std::string problem) {
        target.obstacle = obstacle;
        target.problem = std::move(problem);
        return target;
    };
    const auto usable = [](const std::string& path) {
        return !is_directory(path) && ::access(path.c_str(), X_OK) == 0;
    };
    if (command.find('/') != std::string::npos) {
        target.path = command;
        if (usable(command)) return target;
        if (is_directory(command)) return refuse(Obstacle::not_executable, "it is a directory");
        return refuse(errno == ENOENT || errno == ENOTDIR ? Obstacle::not_found : Obstacle::not_executable,
                      std::strerror(errno));
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
    if (denied) return refuse(Obstacle::not_executable, "the file found along PATH is not executable");
    return refuse(Obstacle::not_found, "there is no such command along PATH");
}

/// What the loader will take the program's privileges for: then it ignores our preloading. Or nothing.
std::string privilege(const std::string& path)
{
    struct stat status = {};
    struct statvfs system = {};
    if (::stat(path.c_str(), &status) != 0) return {};
    if (::statvfs(path.c_str(), &system) == 0 && (system.f_flag & ST_NOSUID) != 0) return {};
    if (::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1) return {};
    if ((status.st_mode & S_ISUID) != 0 && status.st_uid != ::getuid()) return "it is setuid";
    if ((status.st_mode & S_ISGID) != 0 && (status.st_mode & S_IXGRP) != 0 && status.st_gid != ::getgid())
        return "it is setgid";
    if (::getuid() != 0 && ::getxattr(path.c_str(), "security.capability", nullptr, 0) > 0)
        return "it has file capabilities";
    return {};
}

/// Why nothing can be preloaded into a program, and what can be done about it.
struct Hindrance {
    Obstacle obstacle = Obstacle::none;
    std::string problem, advice;
};

Hindrance inspect_elf(const ElfFile& file, const std::string& path)
{
    using enum Obstacle;
    if (const auto why = privilege(path); !why.empty())
        return {privileged, why + ": the loader ignores LD_PRELOAD there",
                "Run a copy without the privileges (cp leaves them behind), or run it as its owner."};
    if (!file.opened()) return {}; // executable, but not to be read: the run itself will show
    if (!file.valid()) return {damaged, "its ELF header is damaged", ""};
    if (file.bits() == 32)
        return {architecture, "it is a 32-bit program, and libfaultline.so has 64 bits",
                "A 64-bit build of the program can be run."};
    if (!file.native())
        return {architecture, fmt::format("it is a program for another processor ({})", machine_name(file.machine())),
                "Build Faultline on a machine of that kind and run both there."};
    const auto loader = file.interpreter();
    if (loader.find("ld-musl") != std::string::npos)
        return {other_libc, "it runs on musl libc: Faultline works with glibc only",
                "faultline run --door kernel reaches its system calls; a build for a glibc distribution can be "
                "preloaded into."};
    if (!loader.empty()) {
        if (::access(loader.c_str(), F_OK) == 0) return {};
        return {absent, fmt::format("the loader that it asks for, {}, is not there", loader),
                "It was built for another system, or is to be run in a container that has its libraries."};
    }
    // The loader run as a command, ld-linux-x86-64.so.2 PROGRAM, does preload into what it loads.
    for (const auto& name : file.dynamic(ElfFile::Entry::soname))
        if (name.starts_with("ld-linux")) return {};
    const bool go = file.has_section(".go.buildinfo") || file.has_section(".note.go.buildid");
    return {statically_linked,
            fmt::format("it is {}statically linked: there is no loader that could preload libfaultline.so into it",
                        go ? "a Go program, and " : ""),
            go ? "Go makes its system calls itself, with or without a loader; faultline run --door kernel reaches them."
               : "faultline run --door kernel reaches its system calls; linked dynamically (without -static, "
                 "-static-pie), its "
                 "calls to libc can be struck."};
}

/// The interpreter that a script's first line names, and the first word after it.
struct Shebang {
    std::string interpreter, argument;
};

Shebang shebang(std::string_view start)
{
    start = start.substr(2, start.find('\n') - 2);
    const auto word = [&] {
        start.remove_prefix(std::min(start.find_first_not_of(" \t"), start.size()));
        const auto result = start.substr(0, start.find_first_of(" \t"));
        start.remove_prefix(result.size());
        return std::string(result);
    };
    Shebang line{word(), word()};
    if (line.argument == "-S") line.argument = word(); // env's option to take several words
    return line;
}

void inspect(Target& target, const std::string& path)
{
    const auto refuse = [&](Hindrance refusal) {
        target.obstacle = refusal.obstacle;
        target.advice = std::move(refusal.advice);
        target.problem = target.scripts.empty() || refusal.problem.empty()
                             ? std::move(refusal.problem)
                             : fmt::format("its interpreter {} cannot be used: {}", path, refusal.problem);
    };
    if (!target.scripts.empty() && ::access(path.c_str(), F_OK) != 0)
        return refuse({Obstacle::absent, "there is no such file",
                       fmt::format("The first line of {} names it.", target.scripts.back())});
    target.program = path;
    char start[256] = {};
    std::ifstream(path, std::ios::binary).read(start, sizeof start - 1);
    const std::string_view first(start);
    const bool readable = ::access(path.c_str(), R_OK) == 0; // a script has to be
    if (!readable || first.starts_with("\x7f"
                                       "ELF")) {
        const ElfFile file(path);
        refuse(inspect_elf(file, path));
        target.needed = file.dynamic(ElfFile::Entry::needed);
        return;
    }
    if (first.empty() || target.scripts.size() == deepest_script) return;
    target.scripts.push_back(path);
    target.program.clear();
    // The kernel takes no heed of the privileges of a script, only of those of its interpreter. A script that names
    // none is a shell's.
    const auto line = first.starts_with("#!") ? shebang(first) : Shebang{"/bin/sh", ""};
    auto next = line.interpreter;
    if (next.ends_with("/env") && !line.argument.empty() && line.argument.find('=') == std::string::npos) {
        const auto found = search(line.argument);
        if (found.obstacle == Obstacle::none) {
            target.scripts.push_back(next);
            next = found.path;
        }
    }
    inspect(target, next);
}

} // namespace

Target find_target(const std::string& command)
{
    auto target = search(command);
    if (target.obstacle == Obstacle::none) inspect(target, target.path);
    return target;
}

bool kernel_door_reaches(Obstacle obstacle)
{
    return obstacle == Obstacle::statically_linked || obstacle == Obstacle::other_libc;
}

bool kernel_door_admits(Obstacle obstacle) { return kernel_door_reaches(obstacle) || obstacle == Obstacle::privileged; }

std::string_view name_of(Obstacle obstacle)
{
    constexpr std::string_view names[] = {"",     "",       "", "absent", "static", "privileged", "architecture",
                                          "libc", "damaged"};
    return names[static_cast<std::size_t>(obstacle)];
}

} // namespace faultline::run
