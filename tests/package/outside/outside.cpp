#include <faultline/faultline.hpp>

#include <cstdio>
#include <unistd.h>

int main()
{
    faultline::Injector injector;
    injector.add({.name = "x", .functions = {"f"}, .type = faultline::Type::returns, .returns = 2});
    const auto f = injector.inject("f", [] { return 1; });
    const auto scope = faultline::process().scope({{.name = "full", .functions = {"write"}, .error = ENOSPC}});
    const bool failed = ::write(1, "", 0) == -1 && errno == ENOSPC;
    std::printf("%d %d\n", f(), failed ? 1 : 0);
    return f() == 2 && failed ? 0 : 1;
}
