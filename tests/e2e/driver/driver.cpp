#include "driver.hpp"

#include "door/pointers.hpp"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <grp.h>
#include <iostream>
#include <poll.h>
#include <sstream>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace e2e {

namespace fs = std::filesystem;

namespace {

constexpr int skipped = 77;      // to CTest
constexpr int out_of_reach = 97; // from a host that never came to be

std::vector<std::string> split(const std::string& text)
{
    std::istringstream stream(text);
    return {std::istream_iterator<std::string>(stream), {}};
}

} // namespace

std::string replaced(std::string text, const std::string& what, const std::string& with)
{
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
        text.replace(at, what.size(), with);
    return text;
}

Driver::Driver(std::string host, fs::path plan, std::string library, std::string command)
    : host_(std::move(host)), plan_(std::move(plan)), library_(std::move(library)), command_(std::move(command))
{
    std::ifstream file(plan_);
    int number = 0;
    for (std::string line; std::getline(file, line);) {
        ++number;
        numbered_by_run_ = numbered_by_run_ || line == "count = \"run\"";
        if (!line.starts_with("#: ")) continue;
        std::istringstream stream(line.substr(3));
        Directive directive{number, {}, {}, {}, {}};
        stream >> directive.name;
        if (directive.name[0] == '@') {
            directive.scope = directive.name.substr(1);
            stream >> directive.name;
        }
        std::getline(stream >> std::ws, directive.rest);
        directive.words = split(directive.rest);
        directives_.push_back(std::move(directive));
    }
}

void Driver::prepare()
{
    std::string name = (fs::temp_directory_path() / "faultline-e2e.XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp: " + name);
    root_ = name;
    directory_ = root_ / "work";
    fs::create_directory(directory_);
    std::ofstream(root_ / plan_.filename()) << here(slurp(plan_));
    if (find("user") != nullptr) {
        fs::permissions(root_, fs::perms::all);
        fs::permissions(directory_, fs::perms::all);
    }
    for (const auto& line : directives_)
        if (line.name == "setup" &&
            std::system(("cd '" + directory_.string() + "' && " + here(line.rest)).c_str()) != 0)
            complain("setup failed", line.line);
}

void Driver::become_host(const std::string& seed)
{
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL); // what stops the driver stops the host
    std::vector<std::string> arguments{host_}, environment{"PATH=/usr/bin:/bin"};
    if (find("preload") == nullptr) environment.push_back("LD_PRELOAD=" + library_);
    std::string config = (root_ / plan_.filename()).string();
    if (const auto* line = find("plan")) config = line->rest == "none" ? "" : here(line->rest);
    if (!config.empty()) environment.push_back("FAULT_CONFIG=" + config);
    if (!seed.empty()) environment.push_back("FAULT_SEED=" + seed);
    for (const auto& line : directives_) {
        if (line.name == "env") environment.push_back(here(line.rest));
        if (line.name == "args")
            for (const auto& word : line.words)
                arguments.push_back(here(word));
    }
    close_range(3, ~0U, 0); // what CTest leaves open
    if (chdir(directory_.c_str()) != 0) _exit(99);
    if (const auto* line = find("limit")) {
        const auto most = static_cast<rlim_t>(std::stoul(line->words.at(1)));
        const rlimit limit{most, most};
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    if (find("user") != nullptr && getuid() == 0) { // root may read everything
        if (setgroups(0, nullptr) != 0 || setgid(65534) != 0 || setuid(65534) != 0) _exit(99);
        if (access(host_.c_str(), X_OK) != 0 || access(library_.c_str(), R_OK) != 0) _exit(out_of_reach);
    }
    execve(host_.c_str(), faultline::door::pointers(arguments).data(), faultline::door::pointers(environment).data());
    _exit(98);
}

Outcome Driver::once(const std::string& seed)
{
    prepare();
    int out[2], err[2];
    if (pipe(out) != 0 || pipe(err) != 0) throw std::runtime_error("pipe");
    const pid_t pid = fork();
    if (pid == 0) {
        const int null = open("/dev/null", O_RDONLY);
        dup2(null, 0);
        dup2(out[1], 1);
        dup2(err[1], 2);
        for (const int fd : {null, out[0], out[1], err[0], err[1]})
            close(fd);
        become_host(seed);
    }
    close(out[1]);
    close(err[1]);
    Outcome outcome;
    constexpr int patience_ms = 50'000;
    pollfd ends[] = {{out[0], POLLIN, 0}, {err[0], POLLIN, 0}};
    std::string* texts[] = {&outcome.out, &outcome.err};
    for (int open_ends = 2; open_ends > 0;) {
        if (poll(ends, 2, patience_ms) == 0) {
            complain("it hangs");
            kill(-pid, SIGKILL);
        }
        for (int i = 0; i < 2; ++i) {
            if (ends[i].revents == 0) continue;
            char bytes[4096];
            const auto count = read(ends[i].fd, bytes, sizeof bytes);
            if (count > 0) {
                texts[i]->append(bytes, static_cast<std::size_t>(count));
            } else {
                close(ends[i].fd);
                ends[i].fd = -1;
                --open_ends;
            }
        }
    }
    int status = 0;
    for (pid_t ended = 0; (ended = waitpid(-1, &status, 0)) > 0;) // grandchildren too: we are their reaper
        if (ended == pid) outcome.status = status;
    stale_ = 0;
    outcome.records = collect();
    return outcome;
}

int Driver::run(bool show)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    auto outcome = once("");
    if (find("user") != nullptr && WIFEXITED(outcome.status) && WEXITSTATUS(outcome.status) == out_of_reach) {
        std::cout << "skipped: this runs as root, and the user nobody does not get at " << host_ << '\n';
        fs::remove_all(root_);
        return skipped;
    }
    judge(outcome);
    if (show)
        for (const auto& record : outcome.records)
            std::cout << record.file << ' ' << record.document.dump(1) << '\n';
    const bool replays = find("replay") != nullptr;
    if ((replays || find("repeat") != nullptr) && !outcome.records.empty()) {
        const auto first = fingerprint(outcome);
        const auto seed = replays ? outcome.records[0].document["seed"].dump() : "";
        fs::remove_all(root_);
        std::atomic<bool> over{false};
        std::thread load([&] {
            while (!over)
                std::this_thread::yield();
        });
        outcome = once(seed);
        over = true;
        load.join();
        judge(outcome);
        const auto second = fingerprint(outcome);
        if (first != second) complain("the second run differs: " + Json::diff(first, second).dump(1).substr(0, 2000));
    }
    if (complaints_ != 0) {
        if (!outcome.out.empty()) std::cout << "standard output:\n" << outcome.out << '\n';
        if (!outcome.err.empty()) std::cout << "standard error:\n" << outcome.err << '\n';
    }
    fs::remove_all(root_);
    return complaints_ == 0 ? 0 : 1;
}

} // namespace e2e
