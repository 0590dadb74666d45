// One case of the every-row test: it sets up what a libc function needs, calls the function once through its symbol,
// and says what came of it. The driver runs every case three or four times (without us; with the row armed at probability 0;
// with the row failing, and with its system call failing) and compares.
//
// How to write a case: { "symbol twin …", [](Run& r) { … } } in FAMILY.cpp, or in FAMILY_….cpp for a part of the family.
// The lambda calls r.call<TYPE>(arguments…) exactly once. What it calls before is never struck, what it calls after
// neither. Whatever a row names has to be told: r.fd(), r.at() for a stream or a directory, r.path(), r.size(), so that
// wrong argument positions in the table are found.
#pragma once

#include "calls/table.hpp"
#include "sys/syscalls.hpp"

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <map>
#include <span>
#include <string>
#include <string_view>
extern "C" {
#include <sys/pidfd.h> // glibc 2.36 forgot this
}
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <type_traits>
#include <unistd.h>
#include <vector>

namespace rows {

namespace calls = faultline::calls;
namespace sys = faultline::sys;

/// What errno is before a call, and after one that must leave it alone.
constexpr int untouched = 12345;

/// What a case found, in memory that it shares with the driver.
struct Outcome {
    enum class Kind : std::uint8_t { none, number, sign, pointer };
    std::int64_t result;
    int error;    // errno after the call
    int width;    // bytes of the result; 0: void
    Kind kind;    // how results are compared: exactly, by their sign, or by being null
    bool missing; // this libc has no such symbol
    bool called, finished;
    int pid, status; // of the process, as wait reports it; written by its parent
    bool told_effect, effect;
    bool told_fd, told_path, told_size;
    std::int64_t fd;
    std::uint64_t size;
    char path[100];
    std::uint32_t length;
    char text[3000]; // what was seen, line by line
};

class Run {
public:
    Run(calls::Id row, Outcome& outcome, bool failing, const char* arming)
        : failing(failing), outcome_(outcome), row_(row), arming_(arming)
    {}

    const bool failing; // the call is going to be struck

    [[nodiscard]] const calls::Spec& spec() const { return calls::table[row_]; }
    [[nodiscard]] std::string_view symbol() const { return spec().name; }
    [[nodiscard]] bool is(std::string_view name) const { return symbol() == name; }

    /// The call that all this is about.
    template <class F, class... Arguments>
    auto call(Arguments... arguments)
    {
        return make<F>(false, arguments...);
    }
    /// The same, for a result that is another one every time: only its sign is compared.
    template <class F, class... Arguments>
    auto vary(Arguments... arguments)
    {
        return make<F>(true, arguments...);
    }

    // What the row should find in the arguments.
    int fd(int number)
    {
        outcome_.told_fd = true;
        outcome_.fd = number;
        return number;
    }
    FILE* at(FILE* stream)
    {
        fd(stream == nullptr ? -1 : fileno(stream));
        return stream;
    }
    DIR* at(DIR* directory)
    {
        fd(directory == nullptr ? -1 : dirfd(directory));
        return directory;
    }
    template <class Text> // char or const char
    Text* path(Text* name)
    {
        outcome_.told_path = true;
        strncpy(outcome_.path, name, sizeof outcome_.path - 1);
        return name;
    }
    std::size_t size(std::size_t bytes, std::size_t times = 1)
    {
        outcome_.told_size = true;
        outcome_.size = bytes * times;
        return bytes;
    }

    /// What the world looks like afterwards: compared between the runs that let the call through.
    void saw(std::string_view bytes)
    {
        const auto room = sizeof outcome_.text - outcome_.length - 1;
        const auto count = bytes.size() < room ? bytes.size() : room;
        memcpy(outcome_.text + outcome_.length, bytes.data(), count);
        outcome_.length += static_cast<std::uint32_t>(count);
        outcome_.text[outcome_.length++] = '\n';
    }
    void saw(const void* bytes, std::size_t count) { saw(std::string_view{static_cast<const char*>(bytes), count}); }
    void saw(const char* text) { saw(std::string_view{text == nullptr ? "(null)" : text}); }
    void saw(long number) { saw(std::to_string(number)); }
    void saw(int number) { saw(std::to_string(number)); }
    void saw(unsigned long number) { saw(std::to_string(number)); }
    void saw(unsigned number) { saw(std::to_string(number)); }
    void saw(bool value) { saw(value ? "yes" : "no"); }

    /// Whether the call did what it is for. It has to have if it was let through, or if its row acts, and else not.
    void effect(bool happened)
    {
        outcome_.told_effect = true;
        outcome_.effect = happened;
    }

    // Help for the set-up. They work in the current directory, which is empty but for stdin, stdout and stderr.

    /// Makes "file" with this content, and opens it.
    static int file(std::string_view content = "hello world\n", int flags = O_RDWR, const char* name = "file")
    {
        const int made = creat(name, 0644);
        if (write(made, content.data(), content.size()) < 0) abort();
        close(made);
        return open(name, flags);
    }
    static FILE* stream(std::string_view content = "hello world\n", const char* mode = "r+", const char* name = "file")
    {
        close(file(content, O_RDWR, name));
        return fopen(name, mode);
    }
    static std::string content(const char* name = "file")
    {
        const int fd = open(name, O_RDONLY);
        if (fd < 0) return "(no file)";
        std::string text;
        char bytes[512];
        for (ssize_t count = 0; (count = read(fd, bytes, sizeof bytes)) > 0;)
            text.append(bytes, static_cast<std::size_t>(count));
        close(fd);
        return text;
    }
    static bool exists(const char* name)
    {
        struct stat status {};
        return lstat(name, &status) == 0;
    }
    static bool open_fd(int number) { return fcntl(number, F_GETFD) >= 0; }
    /// Calls `function` with the rest of the arguments as one.
    template <class Function>
    static void with_list(Function function, ...)
    {
        va_list rest;
        va_start(rest, function);
        function(rest);
        va_end(rest);
    }

private:
    template <class F, class... Arguments>
    auto make(bool varies, Arguments... arguments)
    {
        void* symbol = dlsym(RTLD_DEFAULT, spec().name.c_str());
        if (symbol == nullptr && !spec().version.empty()) // libc has it only under a version that is not the default
            symbol = dlvsym(RTLD_DEFAULT, spec().name.c_str(), spec().version.c_str());
        auto* const function = reinterpret_cast<F*>(symbol);
        using R = decltype(function(arguments...));
        if (function == nullptr) {
            outcome_.missing = true;
            outcome_.finished = true;
            _exit(0);
        }
        if (arming_ != nullptr) {
            // Whether it is time is looked at every 5 ms at most, at calls of the armed function. What waits here is no
            // system call that a row is.
            sys::close(sys::open(arming_, O_CREAT | O_WRONLY, 0600));
            const timespec pause{0, 6'000'000};
            int word = 0;
            sys::call(SYS_futex, sys::address(&word), FUTEX_WAIT, 0, sys::address(&pause));
        }
        errno = untouched;
        outcome_.called = true;
        if constexpr (std::is_void_v<R>) {
            function(arguments...);
            outcome_.error = errno;
        } else {
            const R result = function(arguments...);
            outcome_.error = errno;
            if constexpr (std::is_pointer_v<R>) {
                outcome_.width = sizeof(void*);
                outcome_.result = reinterpret_cast<std::int64_t>(result);
                outcome_.kind = Outcome::Kind::pointer;
            } else {
                outcome_.width = sizeof result;
                outcome_.result = static_cast<std::int64_t>(result);
                outcome_.kind = varies ? Outcome::Kind::sign : Outcome::Kind::number;
            }
            return result;
        }
    }

    Outcome& outcome_;
    calls::Id row_;
    const char* arming_;
};

/// What is special about a case.
enum Flags : unsigned {
    plain = 0,
    ends = 1,      // let through, the call ends the process or becomes another program
    elsewhere = 2, // let through, the call is made in a child of the process
    sealing = 4,   // leaves no record in JSON
};

struct Case {
    const char* symbols; // separated by blanks
    void (*run)(Run&);
    unsigned flags = plain;
};

/// All cases, by their families.
inline std::map<std::string_view, std::vector<std::span<const Case>>> tables;

/// Each file of cases has one, and so they are known.
struct Family {
    Family(std::string_view name, std::span<const Case> cases) { tables[name].push_back(cases); }
};

} // namespace rows
