#include "case_process.hpp"

#include <fstream>
#include <poll.h>
#include <stdexcept>
#include <sys/mman.h>

namespace rows {

namespace fs = std::filesystem;

Outcome* map_outcome(const fs::path& path)
{
    const int fd = open(path.c_str(), O_RDWR | O_CREAT, 0600);
    if (fd < 0 || ftruncate(fd, sizeof(Outcome)) != 0) throw std::runtime_error("cannot make " + path.string());
    void* const memory = mmap(nullptr, sizeof(Outcome), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (memory == MAP_FAILED) throw std::runtime_error("cannot map " + path.string());
    return static_cast<Outcome*>(memory);
}

void run_case(const Subject& subject, const fs::path& place, bool failing, const char* arming)
{
    auto* const outcome = map_outcome(place / "outcome");
    fs::create_directory(place / "work");
    fs::current_path(place / "work");
    std::ofstream("stdin") << "12 alpha\nbeta\n";
    const int in = open("stdin", O_RDONLY);
    const int out = open("stdout", O_RDWR | O_CREAT | O_APPEND, 0600);
    const int err = open("stderr", O_RDWR | O_CREAT | O_APPEND, 0600);
    dup2(in, 0);
    dup2(out, 1);
    dup2(err, 2);
    close_range(3, ~0U, 0);
    umask(022);
    {
        Run run(subject.row, *outcome, failing, arming);
        subject.test->run(run);
    }
    outcome->finished = true;
    _exit(0);
}

int reap(pid_t pid)
{
    constexpr int patience_ms = 30'000;
    const int fd = pidfd_open(pid, 0);
    pollfd end{fd, POLLIN, 0};
    if (poll(&end, 1, patience_ms) == 0) kill(pid, SIGKILL);
    close(fd);
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

int observe(const std::vector<Subject>& all, const fs::path& root)
{
    for (const auto& subject : all) {
        const auto place = root / subject.name();
        fs::create_directory(place);
        auto* const outcome = map_outcome(place / "outcome");
        const pid_t pid = fork();
        if (pid == 0) run_case(subject, place, false, nullptr);
        const int status = reap(pid);
        outcome->pid = pid;
        outcome->status = status;
        munmap(outcome, sizeof *outcome);
    }
    return 0;
}

} // namespace rows
