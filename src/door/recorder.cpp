#include "door/recorder.hpp"

#include "door/door.hpp"
#include "door/pointers.hpp"
#include "door/record_server.hpp"

#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <linux/futex.h>
#include <new>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

extern char** environ;

namespace faultline::door {
namespace {

template <class Array>
std::vector<std::string> texts(const Array& array)
{
    std::vector<std::string> texts;
    for (const auto& text : array)
        if (text[0] != '\0') texts.emplace_back(text);
    return texts;
}

/// Signals from the keyboard go to the command as well, and that decides what comes of them.
class Patient {
public:
    Patient()
    {
        for (std::size_t i = 0; i < signals.size(); ++i)
            before_[i] = ::signal(signals[i], SIG_IGN);
    }
    ~Patient() { restore(); }
    Patient(const Patient&) = delete;
    Patient& operator=(const Patient&) = delete;
    void restore() const
    {
        for (std::size_t i = 0; i < signals.size(); ++i)
            ::signal(signals[i], before_[i]);
    }

private:
    static constexpr std::array signals{SIGINT, SIGQUIT};
    sighandler_t before_[2]{};
};

/// The command's process. What it has to say of a failed exec goes through the pipe.
[[noreturn]] void run_command(const RecordRequest& request, const Door& door, const std::vector<char*>& words,
                              const std::vector<char*>& environment, const Patient& patient, int note)
{
    patient.restore();
    if (request.standard_output >= 0 && request.standard_output != STDOUT_FILENO)
        ::dup2(request.standard_output, STDOUT_FILENO);
    Door::enter(&door);
    ::execvpe(words[0], words.data(), environment.data());
    const int error = errno;
    (void)!::write(note, &error, sizeof error);
    ::_exit(error == ENOENT ? 127 : 126);
}

} // namespace

int Recorded::exit_status() const
{
    return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

Recorded record(const RecordRequest& request)
{
    Recorded recorded;
    RecordServer::Setting setting{request, std::filesystem::current_path(), {}, {}};
    std::error_code error;
    setting.request.directory = std::filesystem::canonical(request.directory, error);
    if (error || !look(AT_FDCWD, setting.request.directory.c_str(), 0, setting.directory)) {
        recorded.problem =
            fmt::format("{}: {} (the directory of the recording has to be there)", request.directory, error.message());
        return recorded;
    }
    for (auto& root : setting.request.roots) {
        const auto path = std::filesystem::canonical(root, error);
        if (error || !std::filesystem::is_directory(path)) {
            recorded.problem = fmt::format("{}: {} (a root has to be a directory that is there)", root,
                                           error ? error.message() : "no directory");
            return recorded;
        }
        root = path;
    }
    (void)look(request.standard_output >= 0 ? request.standard_output : STDOUT_FILENO, "", 0, setting.standard_output);

    void* const memory =
        ::mmap(nullptr, sizeof(RecordShared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        recorded.problem = fmt::format("there is no memory for the recorder: {}", std::strerror(errno));
        return recorded;
    }
    const std::unique_ptr<RecordShared, void (*)(RecordShared*)> told(
        new (memory) RecordShared, [](RecordShared* shared) { ::munmap(shared, sizeof *shared); });

    std::vector<std::string> variables;
    for (char** each = environ; *each != nullptr; ++each)
        if (!std::string_view(*each).starts_with(std::string(mark_variable) + "=")) variables.emplace_back(*each);
    variables.push_back(fmt::format("{}={}/mark", mark_variable, setting.request.directory));
    const auto words = pointers(request.command), environment = pointers(variables);

    const Door door(make_recording_filter(), [&](Shared& shared, int listener, const std::function<void()>& ready) {
        std::unique_ptr<RecordServer> server;
        try {
            server = std::make_unique<RecordServer>(shared, *told, listener, setting);
        } catch (const std::exception& exception) {
            std::strncpy(told->problem, exception.what(), sizeof told->problem - 1);
            shared.ready = 2;
            ::syscall(SYS_futex, &shared.ready, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
            ::_exit(1);
        }
        ready();
        server->serve();
    });
    const Patient patient;
    int note[2]{};
    if (::pipe2(note, O_CLOEXEC) != 0) {
        recorded.problem = fmt::format("no pipe can be had: {}", std::strerror(errno));
        return recorded;
    }
    const auto child = ::fork();
    if (child == 0) run_command(request, door, words, environment, patient, note[1]);
    ::close(note[1]);
    int why = 0;
    const Fd notes(note[0]);
    if (child < 0) {
        recorded.problem = fmt::format("the command cannot be started: {}", std::strerror(errno));
        return recorded;
    }
    if (::read(notes.get(), &why, sizeof why) == sizeof why) {
        recorded.not_found = why == ENOENT;
        recorded.not_executable = !recorded.not_found;
        recorded.problem = fmt::format("{}: {}", request.command.front(), std::strerror(why));
    }
    while (::waitpid(child, &recorded.wait_status, 0) < 0 && errno == EINTR) {
    }
    told->status = recorded.wait_status;
    told->ended = 1;
    while (told->finished == 0 && door.serves()) {
        door.wake();
        const timespec limit{0, 100'000'000};
        ::syscall(SYS_futex, &told->finished, FUTEX_WAIT, 0, &limit, nullptr, 0);
    }
    if (recorded.problem.empty()) recorded.problem = told->problem;
    if (recorded.problem.empty()) recorded.problem = door.problem();
    if (recorded.problem.empty() && told->finished == 0) recorded.problem = "the recorder was killed";
    recorded.outlived = told->outlived != 0;
    recorded.outside = told->outside;
    recorded.outside_paths = texts(told->outside_paths);
    recorded.warnings = texts(told->warnings);
    return recorded;
}

} // namespace faultline::door
