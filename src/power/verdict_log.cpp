#include "power/verdict_log.hpp"

#include "engine/draw.hpp"
#include "report/json_document.hpp"
#include "run/whole_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

namespace faultline::power {

namespace {

using report::Json;

std::string write_problem()
{
    return fmt::format("the verdicts cannot be written: {} (mend that; --resume goes on)", std::strerror(errno));
}

std::string digits(std::uint64_t number) { return fmt::format("{:016x}", number); }

std::string line_of(std::uint64_t state, std::uint32_t acknowledgements, const Verdict& verdict)
{
    return report::one_line(Json::object({{"state", digits(state)},
                                          {"acknowledgements", acknowledgements},
                                          {"class", class_names[static_cast<std::size_t>(verdict.kind)]},
                                          {"status", verdict.status},
                                          {"reason", verdict.reason}})) +
           "\n";
}

/// Inodes by the order in which operations name them: their numbers depend on how directories were read.
class Numbers {
public:
    std::size_t operator()(door::InodeId inode)
    {
        if (inode == door::InodeId::none) return 0;
        const auto [at, fresh] = numbers_.try_emplace(inode, numbers_.size() + 1);
        if (fresh) order_.push_back(inode);
        return at->second;
    }
    [[nodiscard]] const std::vector<door::InodeId>& order() const { return order_; }

private:
    std::map<door::InodeId, std::size_t> numbers_;
    std::vector<door::InodeId> order_;
};

} // namespace

std::uint64_t search_name(const door::Recording& recording, const Request& request)
{
    std::uint64_t name = 0;
    const auto add = [&name](std::string_view text) { name = engine::hash(text, engine::mix(name + text.size())); };
    Numbers number;
    const auto add_name = [&](const door::Name& of) { add(fmt::format("{} {}", number(of.directory), of.name)); };
    const auto add_attributes = [&](const door::Attributes& of) {
        add(fmt::format("{:o} {} {}", of.mode, of.owner, of.group));
        for (const auto& [key, value] : of.extended)
            add(fmt::format("{}={}", key, value));
    };
    add(fmt::format("{} {} {} {}", request.check, request.acks, request.exit_acknowledges, request.split_rename));
    for (const auto& root : recording.roots)
        add(fmt::format("{} {}", root.path, number(root.inode)));
    for (const auto& each : recording.operations) {
        add(fmt::format("{} {} {} {} {} {} {} {} {}", static_cast<int>(each.did), each.call, each.path,
                        number(each.inode), number(each.replaced), each.offset, each.size, each.flags,
                        each.synchronous));
        add(fmt::format("{}", each.did == door::Did::end ? each.value : 0));
        add(recording.data(each.bytes));
        add_name(each.from);
        add_name(each.to);
        add_attributes(each.attributes);
    }
    for (const auto id : number.order()) {
        const auto& inode = recording.inodes.at(static_cast<std::size_t>(id));
        add(fmt::format("{} {}", inode.existed, S_ISREG(inode.attributes.mode) ? inode.size : 0));
        add_attributes(inode.attributes);
        for (const auto& [offset, bytes] : inode.content) {
            add(fmt::format("{}", offset));
            add(recording.data(bytes));
        }
    }
    return name;
}

VerdictLog::~VerdictLog()
{
    if (fd_ >= 0) ::close(fd_);
}

std::string VerdictLog::add(const std::string& directory, std::vector<std::string>& notes)
{
    const auto path = path_in(directory);
    std::ifstream in(path);
    std::string text;
    if (!std::getline(in, text))
        return fmt::format("{} cannot be read: the directory of a search has one (is {} the output directory of "
                           "`faultline powerloss --check`?)",
                           path, directory);
    const auto head = report::parse_json(text);
    if (!head || head->member("search").text() != digits(search_))
        return fmt::format("{} is of another search: another check or option, or a run that did something else (a run "
                           "that is never the same can be recorded once, and searched by `check RECORDING`)",
                           path);
    std::size_t unreadable = 0;
    while (std::getline(in, text)) {
        const auto json = report::parse_json(text);
        if (json && json->find("states") != nullptr) continue; // how many there were to be
        const auto& name = json ? json->member("class").text() : std::string();
        const auto* const kind = std::ranges::find(class_names, std::string_view(name));
        std::uint64_t state = 0;
        if (kind == class_names.end() || std::sscanf(json->member("state").text().c_str(), "%lx", &state) != 1) {
            ++unreadable;
            continue;
        }
        const auto acknowledgements = static_cast<std::uint32_t>(json->member("acknowledgements").count());
        known_[{state, acknowledgements}] = {static_cast<Class>(kind - class_names.begin()),
                                             static_cast<int>(json->member("status").integer().value_or(0)),
                                             json->member("reason").text()};
    }
    if (unreadable != 0)
        notes.push_back(fmt::format("{} lines of {} cannot be read: these states are checked again", unreadable, path));
    return {};
}

std::string VerdictLog::open(const std::string& directory)
{
    const auto path = path_in(directory);
    auto text = report::one_line(Json::object({{"search", digits(search_)}})) + "\n";
    for (const auto& [key, verdict] : known_)
        text += line_of(key.first, key.second, verdict);
    errno = EEXIST; // what else than a file there means
    if (!run::write_whole(path, text)) return fmt::format("{} cannot be written: {}", path, std::strerror(errno));
    fd_ = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
    return fd_ < 0 ? fmt::format("{}: {}", path, std::strerror(errno)) : std::string();
}

std::string VerdictLog::begin(const Progress& progress) const
{
    const auto line = report::one_line(
        Json::object({{"states", progress.all}, {"done", progress.done}, {"failing", progress.failing}}));
    return fd_ < 0 || run::append_line(fd_, line + "\n") ? std::string() : write_problem();
}

std::string VerdictLog::keep(std::uint64_t state, std::uint32_t acknowledgements, const Verdict& verdict)
{
    known_[{state, acknowledgements}] = verdict;
    if (fd_ < 0) return {};
    if (run::append_line(fd_, line_of(state, acknowledgements, verdict))) return {};
    return write_problem();
}

const Verdict* VerdictLog::find(std::uint64_t state, std::uint32_t acknowledgements) const
{
    const auto found = known_.find({state, acknowledgements});
    return found == known_.end() ? nullptr : &found->second;
}

std::optional<Progress> progress_in(const std::string& directory)
{
    std::optional<Progress> progress;
    std::ifstream in(VerdictLog::path_in(directory));
    for (std::string line; std::getline(in, line);) {
        const auto json = report::parse_json(line);
        if (!json) continue; // it is being written
        if (const auto* const states = json->find("states"); states != nullptr) {
            progress = Progress{json->member("done").count(), states->count(), json->member("failing").count()};
        } else if (progress && progress->done < progress->all) {
            ++progress->done;
            progress->failing += json->member("class").text() == class_names.front() ? 0U : 1U;
        }
    }
    return progress;
}

} // namespace faultline::power
