#include "run/control_file.hpp"

#include "plan/valid.hpp"

#include <cerrno>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace faultline::run {

namespace {

constexpr std::uint32_t spare_bytes = 32U << 10U; // for what faults name; their places are counted apart

plan::BlockHeader header_of(const language::Parsed& plan) { return plan::describe_block(plan.plan(), {}); }

} // namespace

language::Parsed parse_first(const std::string& session, std::string_view source)
{
    constexpr std::uint32_t unit = 64;
    auto room = language::Room{.faults = 1, .bytes = 0};
    if (const auto own = language::parse(session, source, {}, language::Needs::nothing); own.mistakes.empty())
        room.faults = std::min<std::uint32_t>(own.plan().faults.count + spare_faults, plan::most_faults);
    const auto with_places = language::parse_into(room, session, source);
    room.bytes = (static_cast<std::uint32_t>(with_places.block.size()) + spare_bytes) / unit * unit;
    return language::parse_into(room, session, source);
}

std::string fresh_control(const language::Parsed& plan)
{
    std::string content(plan::control_bytes(plan.block.size()), '\0');
    const std::uint64_t head[] = {plan::control_magic, plan::library_identity(), plan.block.size()};
    static_assert(offsetof(plan::ControlPage, block_bytes) == 2 * sizeof(std::uint64_t));
    std::memcpy(content.data(), head, sizeof head);
    const auto header = header_of(plan);
    auto* const area = content.data() + plan::control_page_bytes;
    std::memcpy(area, &header, sizeof header);
    std::memcpy(area + sizeof header, plan.block.data(), plan.block.size());
    return content;
}

std::unique_ptr<ControlFile> ControlFile::open(const std::string& directory, std::string& problem)
{
    const auto path = fmt::format("{}/{}", directory, plan::control_name);
    const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) {
        problem = fmt::format("{}: {}", path,
                              errno == EACCES   ? "the run is another user's"
                              : errno == ENOENT ? "the run has ended, or was not started with --control"
                                                : std::strerror(errno));
        return nullptr;
    }
    while (::flock(fd, LOCK_EX) != 0 && errno == EINTR) {
    }
    const auto joined = plan::join_control(path.c_str());
    if (joined.page == nullptr) {
        problem = fmt::format("{}: this control file is {}", path,
                              joined.fit == plan::Fit::foreign
                                  ? "of another version of Faultline (use the command that started the run)"
                                  : "damaged (start the run again)");
        ::close(fd);
        return nullptr;
    }
    const auto bytes = plan::control_bytes(joined.page->block_bytes);
    ::munmap(const_cast<plan::ControlPage*>(joined.page), bytes);
    void* const mapped = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (mapped == MAP_FAILED) {
        problem = fmt::format("{}: {}", path, std::strerror(errno));
        ::close(fd);
        return nullptr;
    }
    std::unique_ptr<ControlFile> file(new ControlFile(fd, static_cast<plan::ControlPage*>(mapped)));
    const auto& area = plan::control_area(file->page(), file->page().area.load());
    const auto& plan = file->plan();
    if (area.magic != plan::block_magic || area.bytes != file->page().block_bytes || plan.bytes != area.bytes ||
        plan::describe_block(plan, {}).checksum != area.checksum || !plan::valid(plan, area.bytes)) {
        problem = fmt::format("{}: this control file is damaged (start the run again)", path);
        return nullptr;
    }
    return file;
}

ControlFile::~ControlFile()
{
    ::munmap(page_, plan::control_bytes(page_->block_bytes));
    ::close(fd_);
}

const plan::Plan& ControlFile::plan() const noexcept
{
    return *reinterpret_cast<const plan::Plan*>(&plan::control_area(*page_, page_->area.load()) + 1);
}

language::Room ControlFile::room() const
{
    return {.faults = plan().faults.count, .bytes = static_cast<std::uint32_t>(page_->block_bytes)};
}

std::uint32_t ControlFile::announce(std::string_view words, bool plan)
{
    const auto generation = page_->generation.load() + 1;
    auto& change = page_->changes[generation % std::size(page_->changes)];
    change.generation.store(0);
    change.length = static_cast<std::uint32_t>(std::min(words.size(), sizeof change.text));
    std::memcpy(change.text, words.data(), change.length);
    change.generation.store(generation);
    if (plan) page_->plan_change.store(generation);
    page_->generation.store(generation); // last: from here on every call sees it
    return generation;
}

std::uint32_t ControlFile::publish(const language::Parsed& plan, std::string_view words)
{
    const auto area = (page_->area.load() + 1) & 1U;
    auto* const bytes = reinterpret_cast<char*>(const_cast<plan::BlockHeader*>(&plan::control_area(*page_, area)));
    const auto header = header_of(plan);
    std::memcpy(bytes + sizeof header, plan.block.data(), plan.block.size());
    std::memcpy(bytes, &header, sizeof header);
    page_->area.store(area);
    return announce(words, true);
}

std::uint32_t ControlFile::quiet(std::int64_t nanoseconds, std::string_view words)
{
    timespec now = {};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    page_->quiet_until.store(nanoseconds == 0 ? 0
                                              : std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec + nanoseconds);
    return announce(words, false);
}

} // namespace faultline::run
