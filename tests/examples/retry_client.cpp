// A client that retries, against a service that fails 3 times in 10 and hands over a damaged record 2 times in 10. The
// service is the function call_api; what strikes it is decided by the injector and its seed.
#include <faultline/faultline.hpp>

#include <exception>
#include <iomanip>
#include <iostream>

namespace {

struct Record {
    int id;
    std::string owner;
    double balance;
    bool active;
    std::vector<std::string> tags;

    bool operator==(const Record&) const = default;
};
FAULTLINE_FIELDS(Record, id, owner, balance, active, tags)

std::ostream& operator<<(std::ostream& out, const Record& record)
{
    out << "{\"id\": " << record.id << ", \"owner\": " << std::quoted(record.owner)
        << ", \"balance\": " << record.balance << ", \"active\": " << (record.active ? "true" : "false")
        << ", \"tags\": [";
    for (const auto& tag : record.tags)
        out << (&tag == record.tags.data() ? "" : ", ") << std::quoted(tag);
    return out << "]}";
}

const Record original{7, "alice", 1042.5, true, {"gold", "verified"}};

/// What a real client would ask its server for.
std::string fetch(std::string_view path) { return "200 OK " + std::string(path); }

} // namespace

int main()
try {
    faultline::Injector injector{14};
    injector.add({.name = "api-error",
                  .functions = {"call_api"},
                  .type = faultline::Type::exception,
                  .probability = 0.3,
                  .error = ECONNRESET});
    injector.add({.name = "data-corruption",
                  .functions = {"load_record"},
                  .type = faultline::Type::corruption,
                  .probability = 0.2,
                  .rate = 0.5});

    const auto call_api = injector.inject("call_api", [](std::string_view path) { return fetch(path); });
    const auto load_record = injector.inject("load_record", [] { return original; });

    std::vector<std::string> results;
    const auto note = [&](const char* function, std::size_t call, const char* result) {
        results.push_back("{\"function\": \"" + std::string(function) + "\", \"call\": " + std::to_string(call) +
                          ", \"result\": \"" + result + "\"}");
    };

    // A request is tried three times before it is given up. Twenty calls are made, however many requests that is.
    std::size_t answered = 0;
    std::size_t given_up = 0;
    for (std::size_t call = 1, attempt = 1; call <= 20; ++call) {
        try {
            call_api("/orders");
            note("call_api", call, "ok");
            ++answered;
            attempt = 1;
        } catch (const std::system_error&) {
            note("call_api", call, "error");
            if (attempt++ < 3) continue;
            ++given_up;
            attempt = 1;
        }
    }
    Record damaged = original;
    for (std::size_t call = 1; call <= 20; ++call) {
        const auto record = load_record();
        note("load_record", call, record == original ? "ok" : "corrupted");
        if (damaged == original) damaged = record;
    }

    const auto stats = injector.stats();
    std::cerr << answered << " requests answered, " << given_up << " given up after three attempts\n";
    std::cout << "{\n  \"stats\": {\"calls_intercepted\": " << stats.calls_intercepted
              << ", \"faults_triggered\": " << stats.faults_triggered
              << ", \"faults_skipped\": " << stats.faults_skipped << ", \"trigger_rate\": " << std::fixed
              << std::setprecision(1) << stats.trigger_rate << "},\n"
              << "  \"results_sample\": [\n";
    for (const auto& result : results)
        std::cout << "    " << result << (&result == &results.back() ? "\n" : ",\n");
    std::cout << "  ],\n  \"corruption_demo\": {\n    \"original\": " << original << ",\n    \"corrupted\": " << damaged
              << "\n  }\n}\n";
} catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
}
