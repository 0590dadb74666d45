#include "plan/control_page.hpp"

#include "plan/valid.hpp"
#include "sys/syscalls.hpp"

#include <sys/stat.h>

namespace faultline::plan {

Joined join_control(const char* path) noexcept
{
    Joined joined;
    const int fd = sys::open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
    if (fd < 0) return joined;
    struct Head {
        std::uint64_t magic, library, block_bytes;
    } head{};
    struct stat status;
    const bool whole = sys::read(fd, &head, sizeof head) == static_cast<long>(sizeof head) &&
                       sys::call(SYS_fstat, fd, sys::address(&status)) == 0;
    joined.fit = Fit::damaged;
    if (whole && head.magic == control_magic && head.library != library_identity()) joined.fit = Fit::foreign;
    const bool sensible = whole && head.magic == control_magic && head.library == library_identity() &&
                          head.block_bytes >= sizeof(Plan) && head.block_bytes <= most_block_bytes &&
                          static_cast<std::uint64_t>(status.st_size) == control_bytes(head.block_bytes);
    if (sensible)
        joined.page = static_cast<const ControlPage*>(
            sys::map(nullptr, control_bytes(head.block_bytes), PROT_READ, MAP_SHARED, fd));
    if (joined.page != nullptr) joined.fit = Fit::fits;
    sys::close(fd);
    return joined;
}

bool copy_plan(const ControlPage& page, const Plan& shape, void* room) noexcept
{
    const auto& header = control_area(page, page.area.load(std::memory_order_acquire));
    const BlockHeader head = header; // what was checked is what is used
    if (head.magic != block_magic || head.library != library_identity() || head.bytes != shape.bytes) return false;
    __builtin_memcpy(room, &header + 1, head.bytes);
    const auto& plan = *static_cast<const Plan*>(room);
    if (plan.bytes != head.bytes || describe_block(plan, head.toml).checksum != head.checksum) return false;
    return valid(plan, head.bytes) && plan.faults.count == shape.faults.count &&
           plan.functions.count == shape.functions.count && plan.function_of_row.count == calls::row_count;
}

} // namespace faultline::plan
