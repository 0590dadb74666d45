#include "control/server.hpp"

#include "control/feed.hpp"
#include "control/verbs.hpp"
#include "language/values.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <sys/socket.h>

namespace faultline::control {

namespace {

using report::Json;

constexpr int fine = 200, bad_request = 400, forbidden = 403, not_found = 404, wrong_method = 405, wrong_type = 415,
              conflict = 409;

constexpr std::string_view wait_path = "/wait"; // the one verb that only looks and has words

template <class T, void (*release)(T*)>
struct Releases {
    void operator()(T* object) const noexcept { release(object); }
};

struct Answer {
    int status = fine;
    std::string body;
    const char* type = "application/json";
};

Answer json(int status, const Json& document) { return {status, report::one_line(document) + '\n'}; }
Answer mistakes(int status, const std::vector<std::string>& all)
{
    return json(status, Json::object({{"mistakes", all}}));
}

Answer look(const LiveRun& run, std::string_view path, bool& known)
{
    std::string problem;
    if (path == "/status") {
        const auto status = status_of(run, problem);
        return problem.empty() ? json(fine, status) : mistakes(conflict, {problem});
    }
    if (path == "/faults") {
        const auto list = list_of(run.faults(problem));
        return problem.empty() ? json(fine, list) : mistakes(conflict, {problem});
    }
    if (path == "/events") return json(fine, Json(Feed(run).news()));
    if (path == "/metrics") return {fine, metrics_of(run), "text/plain; version=0.0.4; charset=utf-8"};
    known = false;
    return mistakes(not_found, {fmt::format("there is no {}", path)});
}

/// What a POST asks for.
struct Asked {
    std::vector<std::string> words;
    std::string timeout = "5s"; // of a wait
};

/// Nothing where a body holds something else.
std::optional<Asked> read_body(evhttp_request* request)
{
    auto* const buffer = evhttp_request_get_input_buffer(request);
    std::string body(evbuffer_get_length(buffer), '\0');
    evbuffer_copyout(buffer, body.data(), body.size());
    const auto document = report::parse_json(body.empty() ? std::string("{}") : body);
    if (!document || document->as<Json::Object>() == nullptr) return std::nullopt;
    Asked asked;
    for (const auto& word : document->member("words").elements()) {
        if (word.as<std::string>() == nullptr) return std::nullopt;
        asked.words.push_back(word.text());
    }
    if (const auto* const timeout = document->find("timeout"); timeout != nullptr) asked.timeout = timeout->text();
    return asked;
}

Answer act(LiveRun& run, std::string_view path, const Asked& asked)
{
    const auto done = perform(run, std::string(path.substr(1)), asked.words);
    if (!done) return mistakes(not_found, {fmt::format("there is no {} to do", path)});
    if (!done->mistakes.empty()) return mistakes(bad_request, done->mistakes);
    auto result =
        Json::object({{"changed", done->changed}, {"generation", done->generation}, {"seconds", done->seconds}});
    if (!done->name.empty()) result["fault"] = done->name;
    if (done->behind.empty()) return json(fine, result);
    auto& behind = result["behind"] = Json::array();
    for (const auto& each : done->behind)
        behind.push_back(control::words(each));
    return json(conflict, result);
}

/// Whether a request names this machine as its host: a page of the web that has its name lead here does not.
bool is_for_us(evhttp_request* request)
{
    const char* const host = evhttp_request_get_host(request);
    return host != nullptr && (std::strcmp(host, "127.0.0.1") == 0 || std::strcmp(host, "localhost") == 0);
}

bool is_json(evhttp_request* request)
{
    const char* const type = evhttp_find_header(evhttp_request_get_input_headers(request), "Content-Type");
    return type != nullptr && std::string_view(type).starts_with("application/json");
}

void reply(evhttp_request* request, const Answer& answer)
{
    evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Type", answer.type);
    auto* const buffer = evhttp_request_get_output_buffer(request);
    evbuffer_add(buffer, answer.body.data(), answer.body.size());
    evhttp_send_reply(request, answer.status, nullptr, nullptr);
}

/// Whether nobody is there any more to take the answer. libevent does not look while a request waits for one.
bool is_left(evhttp_request* request)
{
    auto* const connection = evhttp_request_get_connection(request);
    if (connection == nullptr) return true;
    char byte = 0;
    return ::recv(bufferevent_getfd(evhttp_connection_get_bufferevent(connection)), &byte, 1,
                  MSG_PEEK | MSG_DONTWAIT) == 0;
}

/// The requests that wait for a fault to fire. They are looked at now and then, and the others are served meanwhile.
class Waiting {
public:
    explicit Waiting(event_base* base) : timer_(event_new(base, -1, EV_PERSIST, look_again, this)) {}

    void add(evhttp_request* request, Wait wait)
    {
        all_.push_back({request, std::move(wait)});
        constexpr timeval soon{0, 5'000};
        if (all_.size() == 1) event_add(timer_.get(), &soon);
    }

    [[nodiscard]] static std::optional<Answer> answer_of(Wait& wait)
    {
        const auto outcome = wait.look();
        if (!outcome) return std::nullopt;
        using enum Wait::End;
        if (outcome->end == mistake) return mistakes(bad_request, {outcome->problem});
        if (outcome->end == run_over) return mistakes(conflict, {outcome->problem});
        return json(outcome->end == fired ? fine : conflict,
                    Json::object({{"fault", wait.fault()}, {"fired", wait.fired()}}));
    }

private:
    struct One {
        evhttp_request* request;
        Wait wait;
    };

    static void look_again(evutil_socket_t, short, void* waiting)
    {
        auto& self = *static_cast<Waiting*>(waiting);
        std::erase_if(self.all_, [](One& one) {
            auto answer = answer_of(one.wait);
            if (!answer && is_left(one.request)) answer.emplace(); // which ends the request
            if (answer) reply(one.request, *answer);
            return answer.has_value();
        });
        if (self.all_.empty()) event_del(self.timer_.get());
    }

    std::unique_ptr<event, Releases<event, event_free>> timer_;
    std::vector<One> all_;
};

struct Server {
    event_base* base;
    LiveRun& run;
    Waiting waiting;
    bool ended = false; // the run
};

/// Nothing where the answer comes later.
std::optional<Answer> answer_to(Server& server, evhttp_request* request)
{
    auto& run = server.run;
    if (!is_for_us(request)) return mistakes(forbidden, {"this serves 127.0.0.1 and localhost only"});
    const auto* const uri = evhttp_request_get_evhttp_uri(request);
    const char* const given = uri == nullptr ? nullptr : evhttp_uri_get_path(uri);
    const std::string path = given == nullptr || *given == '\0' ? "/" : given;
    if (evhttp_request_get_command(request) == EVHTTP_REQ_GET) {
        bool known = true;
        auto answer = look(run, path, known);
        const auto is_verb = [&](const Verb& verb) { return path.substr(1) == verb.name; };
        if (!known && std::ranges::any_of(verbs(), is_verb))
            return mistakes(wrong_method, {fmt::format("{} changes the run: POST it", path)});
        if (path == wait_path) return mistakes(wrong_method, {"/wait has words: POST it"});
        return answer;
    }
    if (!is_json(request)) return mistakes(wrong_type, {"the body has to be of type application/json"});
    const auto asked = read_body(request);
    if (!asked) return mistakes(bad_request, {"the body has to be JSON: {\"words\": [\"NAME\", …]}"});
    if (path != wait_path) return act(run, path, *asked);
    const auto patience = language::parse_duration(asked->timeout);
    if (!patience.value)
        return mistakes(bad_request, {fmt::format("timeout {}: {}", asked->timeout, patience.problem)});
    Wait wait(run, asked->words, static_cast<std::int64_t>(*patience.value));
    auto answer = Waiting::answer_of(wait);
    if (!answer) server.waiting.add(request, std::move(wait));
    return answer;
}

void handle(evhttp_request* request, void* server)
{
    if (const auto answer = answer_to(*static_cast<Server*>(server), request)) reply(request, *answer);
}

/// Who waits is told that the run has ended, and has the time until the next look to be told.
void look_whether_gone(evutil_socket_t, short, void* server)
{
    auto& self = *static_cast<Server*>(server);
    if (self.ended) event_base_loopbreak(self.base);
    self.ended = self.run.gone();
}

std::uint16_t port_of(evutil_socket_t socket)
{
    sockaddr_in address = {};
    socklen_t length = sizeof address;
    ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length);
    return ntohs(address.sin_port);
}

} // namespace

std::string serve(LiveRun& run, std::uint16_t port, const std::function<void(std::uint16_t)>& ready)
{
    ::signal(SIGPIPE, SIG_IGN); // who asks may go before the answer
    const std::unique_ptr<event_base, Releases<event_base, event_base_free>> base(event_base_new());
    if (base == nullptr) return "no event loop can be had";
    const std::unique_ptr<evhttp, Releases<evhttp, evhttp_free>> http(evhttp_new(base.get()));
    constexpr ev_ssize_t most_bytes = 1 << 20;
    evhttp_set_max_body_size(http.get(), most_bytes);
    evhttp_set_allowed_methods(http.get(), EVHTTP_REQ_GET | EVHTTP_REQ_POST);
    Server server{base.get(), run, Waiting(base.get())};
    evhttp_set_gencb(http.get(), handle, &server);
    auto* const socket = evhttp_bind_socket_with_handle(http.get(), "127.0.0.1", port);
    if (socket == nullptr)
        return errno == EADDRINUSE
                   ? fmt::format("port {} is in use (choose another one with --listen, or 0 for one that is free)",
                                 port)
                   : fmt::format("port {}: {}", port, std::strerror(errno));
    const std::unique_ptr<event, Releases<event, event_free>> timer(
        event_new(base.get(), -1, EV_PERSIST, look_whether_gone, &server));
    constexpr timeval often{0, 200'000};
    event_add(timer.get(), &often);
    ready(port_of(evhttp_bound_socket_get_fd(socket)));
    event_base_dispatch(base.get());
    return {};
}

} // namespace faultline::control
