#include "ledger/board.hpp"

#include "ledger/layout.hpp"
#include "ledger/ledger.hpp"
#include "sys/syscalls.hpp"
#include "sys/text.hpp"

namespace faultline::ledger {
namespace {

struct Head {
    std::uint64_t magic_number;
    std::uint64_t plan; // a hash of its faults' names
};
struct Board : Head {
    std::atomic<std::uint64_t> processes;
    std::atomic<std::uint64_t> matches[plan::most_faults];
};
constexpr std::uint64_t board_magic = 0x3144'524f'4245'5446; // "FTEBORD1"
constexpr std::uint64_t board_bytes = rounded(sizeof(Board), page);

constinit Board* board = nullptr;
constinit bool joined = false;
[[gnu::section(".bss.late")]] constinit char path[path_room + 8]{};

/// Two plans of the same faults may share a board. FNV-1a.
std::uint64_t identity(const plan::Plan& plan) noexcept
{
    std::uint64_t hash = 0xcbf2'9ce4'8422'2325;
    for (const auto& fault : plan.view(plan.faults))
        for (const char byte : plan.text(fault.name))
            hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100'0000'01b3;
    return hash ^ plan.faults.count;
}

Board* map_file(int fd) noexcept
{
    return static_cast<Board*>(sys::map(nullptr, board_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd));
}

/// A file of zeros, which have space on the disk; nullptr where that cannot be had.
Board* make_file() noexcept
{
    constexpr int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW;
    int fd = sys::open(path, flags, 0600);
    if (fd < 0 && sys::unlink(path) == 0) fd = sys::open(path, flags, 0600); // an earlier process of this pid left it
    if (fd < 0) return nullptr;
    [[gnu::section(".bss.late")]] static constinit char zeros[page]{};
    bool whole = board_bytes <= sys::file_size_limit();
    for (std::uint64_t at = 0; whole && at < board_bytes; at += page)
        whole = sys::write(fd, zeros, page) == static_cast<long>(page);
    Board* const made = whole ? map_file(fd) : nullptr;
    sys::close(fd);
    if (made == nullptr) sys::unlink(path);
    return made;
}

} // namespace

bool create_board(const plan::Plan& plan) noexcept
{
    sys::Writer name{path};
    if (!place().run.empty())
        name << place().run << "/board";
    else
        name << place().json << ".run";
    board = name.cut() ? nullptr : make_file();
    const bool in_file = board != nullptr;
    if (!in_file) {
        path[0] = '\0';
        board = static_cast<Board*>(sys::map(nullptr, board_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS));
        if (board == nullptr) return false;
    }
    board->magic_number = board_magic;
    board->plan = identity(plan);
    board->processes = 1;
    joined = true;
    return in_file;
}

bool join_board(const plan::Plan& plan, const char* from, bool counted) noexcept
{
    sys::Writer name{path};
    name << std::string_view{from};
    const int fd = name.cut() ? -1 : sys::open(path, O_RDWR | O_NOFOLLOW);
    if (fd < 0) return false;
    Head head{};
    const bool ours = sys::read(fd, &head, sizeof head) == static_cast<long>(sizeof head) &&
                      head.magic_number == board_magic && head.plan == identity(plan) &&
                      sys::call(SYS_lseek, fd, 0, SEEK_END) == static_cast<long>(board_bytes);
    board = ours ? map_file(fd) : nullptr;
    sys::close(fd);
    if (board == nullptr) return false;
    if (!counted) board->processes.fetch_add(1);
    joined = true;
    return true;
}

std::string_view board_path() noexcept { return path; }

void share_board() noexcept
{
    if (board == nullptr) return;
    board->processes.fetch_add(1);
    joined = true;
}

void leave_board() noexcept
{
    if (!joined) return;
    joined = false;
    if (board->processes.fetch_sub(1) == 1 && path[0] != '\0') sys::unlink(path);
}

std::atomic<std::uint64_t>* run_matches() noexcept { return board == nullptr ? nullptr : board->matches; }

} // namespace faultline::ledger
