// A program that has the header and not the library: everything compiles, and nothing happens. Preloaded, the library
// is found. What is expected is the argument: 0 or 1.
#include <iomanip> // first: std::quoted must not be taken for what the header calls so

#include <faultline/faultline.hpp>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fcntl.h>
#include <unistd.h>

int main(int, char** arguments)
try {
    const bool there = std::atoi(arguments[1]) != 0;
    const auto wrong = [](const char* what) {
        std::printf("%s\n", what);
        std::exit(1);
    };
    if (faultline::process().active() != there) wrong("process().active()");
    faultline::Injector injector(1);
    if (injector.active() != there) wrong("Injector::active()");
    injector.add({.name = "x", .functions = {"f"}, .type = faultline::Type::returns, .returns = 2});
    auto f = injector.inject("f", [] { return 1; });
    if (f() != (there ? 2 : 1)) wrong("a decorated call");
    const auto own =
        injector.scope({{.name = "y", .functions = {"f"}, .type = faultline::Type::returns, .returns = 3}});
    if (f() != (there ? 3 : 1)) wrong("a decorated call in a scope");
    const auto scope = faultline::process().scope({{.name = "z", .functions = {"open"}, .error = EMFILE}});
    const int fd = ::open("/dev/null", O_RDONLY);
    if ((fd < 0) != there) wrong("a libc call in a scope");
    if (scope.triggered() != (there ? 1U : 0U) || scope.events().size() != (there ? 1U : 0U))
        wrong("the scope's record");
    if (there != (injector.stats().calls_intercepted == 2)) wrong("the injector's record");
    int runs = 0;
    faultline::for_each_failure([&] { ++runs; });
    if (runs != 1) wrong("for_each_failure");
    if (injector.remove("x") != there) wrong("remove()");
    injector.disable();
    injector.enable();
    injector.clear();
    return 0;
} catch (const std::exception& error) {
    std::printf("%s\n", error.what());
    return 1;
}
