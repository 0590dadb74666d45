// What it costs to start a program under various environments: spawns /bin/true again and again, under each of them in
// turn and in another order each time, so that a busy moment of the machine strikes all alike.
//
// usage: startup ROUNDS LABEL=VARIABLE=VALUE[;VARIABLE=VALUE…]…
// Prints a line for each spawn: "LABEL<tab>wall<tab>cpu<tab>page faults", in microseconds; a round's lines follow one
// another.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <spawn.h>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <sys/wait.h>
#include <vector>

namespace {

struct Variant {
    std::string label;
    std::vector<std::string> variables;
};

struct Cost {
    double wall = 0; // microseconds, from before the spawn until its end was waited for
    double cpu = 0;  // microseconds of the child alone
    long faults = 0; // of pages, by the child
    bool succeeded = false;
};

Variant parse(std::string_view argument)
{
    const auto equals = argument.find('=');
    Variant variant{std::string{argument.substr(0, equals)}, {}};
    auto rest = equals == std::string_view::npos ? std::string_view{} : argument.substr(equals + 1);
    while (!rest.empty()) {
        const auto end = rest.find(';');
        variant.variables.emplace_back(rest.substr(0, end));
        rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    }
    return variant;
}

double microseconds(const timeval& time)
{
    return 1e6 * static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec);
}

Cost spawn(Variant& variant)
{
    std::vector<char*> environment;
    environment.reserve(variant.variables.size() + 1);
    for (auto& variable : variant.variables)
        environment.push_back(variable.data());
    environment.push_back(nullptr);
    char program[] = "/bin/true";
    char* const arguments[] = {program, nullptr};

    const auto before = std::chrono::steady_clock::now();
    pid_t child = 0;
    int status = 0;
    rusage used{};
    if (::posix_spawn(&child, program, nullptr, nullptr, arguments, environment.data()) != 0) return {};
    if (::wait4(child, &status, 0, &used) != child || status != 0) return {};
    const std::chrono::duration<double, std::micro> wall = std::chrono::steady_clock::now() - before;
    return {wall.count(), microseconds(used.ru_utime) + microseconds(used.ru_stime), used.ru_minflt + used.ru_majflt,
            true};
}

} // namespace

int main(int argc, char** argv)
{
    constexpr int warm_up = 10;
    const int rounds = argc > 2 ? std::atoi(argv[1]) : 0;
    if (rounds < 1) {
        std::fputs("usage: startup ROUNDS LABEL=VARIABLE=VALUE[;VARIABLE=VALUE…]…\n", stderr);
        return 2;
    }
    std::vector<Variant> variants;
    for (int i = 2; i < argc; ++i)
        variants.push_back(parse(argv[i]));

    std::minstd_rand generator{1}; // any order will do
    std::vector<Variant*> order;
    order.reserve(variants.size());
    for (auto& variant : variants)
        order.push_back(&variant);
    for (int round = -warm_up; round < rounds; ++round) {
        std::shuffle(order.begin(), order.end(), generator);
        for (auto* variant : order) {
            const auto cost = spawn(*variant);
            if (!cost.succeeded) {
                std::fprintf(stderr, "startup: /bin/true failed under %s\n", variant->label.c_str());
                return 1;
            }
            if (round >= 0)
                std::printf("%s\t%.1f\t%.1f\t%ld\n", variant->label.c_str(), cost.wall, cost.cpu, cost.faults);
        }
    }
}
