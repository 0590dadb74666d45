// The loader itself could be asked (ld.so --list), but it only knows programs that it could start here and now.
#include "run/modules.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <glob.h>
#include <set>
#include <sstream>

namespace faultline::run {

namespace {

namespace fs = std::filesystem;
using Paths = std::vector<std::string>;

#if defined(__x86_64__)
constexpr std::string_view platform = "x86_64";
#elif defined(__aarch64__)
constexpr std::string_view platform = "aarch64";
#endif

constexpr std::string_view libc_names[] = {"libc.so.",    "libm.so.",      "libpthread.so.", "libdl.so.",
                                           "librt.so.",   "libresolv.so.", "libanl.so.",     "libutil.so.",
                                           "libmvec.so.", "libnsl.so.1",   "ld-linux"};

std::string directory_of(const std::string& path)
{
    std::error_code error;
    return fs::absolute(path, error).parent_path().string();
}

void replace(std::string& text, std::string_view from, std::string_view to)
{
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

/// The directories in a list with colons between them; an empty one is the directory we are in.
Paths directories(std::string_view list, const std::string& origin)
{
    const auto lib = fmt::format("lib/{}-linux-gnu", platform);
    Paths all;
    while (true) {
        const auto end = std::min(list.find_first_of(":;"), list.size());
        std::string directory(list.substr(0, end));
        for (const auto& [name, value] :
             {std::pair<std::string_view, std::string_view>{"ORIGIN", origin}, {"LIB", lib}, {"PLATFORM", platform}}) {
            replace(directory, fmt::format("${{{}}}", name), value);
            replace(directory, fmt::format("${}", name), value);
        }
        all.push_back(directory.empty() ? "." : std::move(directory));
        if (end == list.size()) return all;
        list.remove_prefix(end + 1);
    }
}

/// What ldconfig goes by: its cache holds nothing else.
void read_configuration(const std::string& pattern, int depth, Paths& directories)
{
    constexpr int deepest = 8;
    if (depth > deepest) return;
    glob_t files = {};
    if (::glob(pattern.c_str(), 0, nullptr, &files) != 0) return;
    const Paths paths(files.gl_pathv, files.gl_pathv + files.gl_pathc);
    ::globfree(&files);
    for (const auto& path : paths) {
        std::ifstream file(path);
        for (std::string line; std::getline(file, line);) {
            std::istringstream words(line.substr(0, line.find('#')));
            std::string word, included;
            if (!(words >> word) || word == "hwcap") continue;
            if (word != "include") {
                directories.push_back(word);
                continue;
            }
            while (words >> included)
                read_configuration(included.starts_with('/') ? included
                                                             : fmt::format("{}/{}", directory_of(path), included),
                                   depth + 1, directories);
        }
    }
}

class Search {
public:
    explicit Search(const std::string& program)
    {
        if (const char* const given = std::getenv("LD_LIBRARY_PATH"); given != nullptr && *given != '\0')
            environment_ = directories(given, directory_of(program));
        read_configuration("/etc/ld.so.conf", 0, system_);
        for (const auto* const root : {"/lib", "/usr/lib"})
            for (const auto& suffix : {fmt::format("/{}-linux-gnu", platform), std::string("64"), std::string()})
                system_.push_back(root + suffix);
        std::error_code error; // a loader that lives elsewhere has its libraries beside it
        const auto loader = fs::canonical(ElfFile(program).interpreter(), error);
        if (!error) system_.push_back(loader.parent_path().string());
    }

    Modules run(const std::string& program)
    {
        add(fs::path(program).filename().string(), program, nobody);
        for (std::size_t i = 0; i < nodes_.size(); ++i) // `add` appends
            for (const auto& name : Paths(nodes_[i].needed))
                if (known_.insert(name).second) resolve(name, i);
        return std::move(modules_);
    }

private:
    static constexpr std::size_t nobody = ~std::size_t{0};
    struct Node {
        std::size_t parent;
        std::string origin;
        Paths needed, rpath, runpath;
    };

    void add(const std::string& name, const std::string& path, std::size_t parent)
    {
        const ElfFile file(path);
        std::error_code error; // of the program the loader knows the real path, of a library the one it was found by
        const auto origin = directory_of(parent == nobody ? fs::canonical(path, error).string() : path);
        Node node{parent, origin, file.dynamic(ElfFile::Entry::needed), {}, {}};
        for (const auto& list : file.dynamic(ElfFile::Entry::runpath))
            node.runpath = directories(list, node.origin);
        if (node.runpath.empty())
            for (const auto& list : file.dynamic(ElfFile::Entry::rpath))
                node.rpath = directories(list, node.origin);
        for (const auto& soname : file.dynamic(ElfFile::Entry::soname))
            known_.insert(soname);
        nodes_.push_back(std::move(node));
        modules_.all.push_back(
            {.name = name,
             .path = path,
             .symbols = file.symbols(),
             .libc = std::ranges::any_of(libc_names, [&](std::string_view known) { return name.starts_with(known); }),
             .go = file.has_section(".go.buildinfo") || file.has_section(".note.go.buildid")});
    }

    bool try_in(const Paths& directories, const std::string& name, std::size_t parent)
    {
        for (const auto& directory : directories) {
            const auto path = fmt::format("{}/{}", directory, name);
            if (!ElfFile(path).native()) continue; // as the loader does: it may be of another processor
            add(name, path, parent);
            return true;
        }
        return false;
    }

    void resolve(const std::string& name, std::size_t by)
    {
        bool found = false;
        if (name.find('/') != std::string::npos) {
            const auto path = directories(name, nodes_[by].origin).front();
            found = ElfFile(path).native();
            if (found) add(fs::path(path).filename().string(), path, by);
        } else {
            if (nodes_[by].runpath.empty())
                for (auto i = by; i != nobody && !found; i = nodes_[i].parent)
                    found = try_in(Paths(nodes_[i].rpath), name, by);
            found = found || try_in(environment_, name, by) || try_in(Paths(nodes_[by].runpath), name, by) ||
                    try_in(system_, name, by);
        }
        if (!found) modules_.missing.push_back({name, modules_.all[by].name});
    }

    Paths environment_, system_;
    std::set<std::string> known_; // names and sonames
    std::vector<Node> nodes_;     // as modules_.all
    Modules modules_;
};

} // namespace

Modules load_modules(const std::string& program) { return Search(program).run(program); }

} // namespace faultline::run
