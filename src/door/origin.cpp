#include "door/origin.hpp"

#include "door/fd.hpp"
#include "door/remote.hpp"
#include "engine/callers.hpp"
#include "engine/site.hpp"

#include <algorithm>
#include <array>
#include <cinttypes>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <span>
#include <sys/uio.h>
#include <unistd.h>

namespace faultline::door {
namespace {

constexpr std::uint64_t search_bytes = 65536; // of stack, for a frame whose place nothing tells
constexpr std::size_t most_alike = 64;        // stacks that are kept for one depth of one place

/// Files stay open for the next process that runs them.
const CodeFile* file_named(const std::string& path, std::uint64_t inode)
{
    static std::map<std::pair<std::string, std::uint64_t>, CodeFile> files;
    return &files.try_emplace({path, inode}, path).first->second;
}

/// What the kernel tells of the call that a thread waits in: it stays open for the next one, as to find and open it takes
/// longer than to read it. It belongs to the thread and not to its number, so it is of no use once the thread is gone.
std::optional<std::string_view> call_of(pid_t process, pid_t tid, std::span<char> room)
{
    constexpr std::size_t most_open = 64;
    static std::map<pid_t, Fd> open;
    for (const bool is_new : {false, true}) {
        if (is_new) {
            if (open.size() == most_open) open.clear();
            open[tid] = Fd(::open(fmt::format("/proc/{}/task/{}/syscall", process, tid).c_str(), O_RDONLY | O_CLOEXEC));
        }
        const auto kept = open.find(tid);
        if (kept == open.end()) continue;
        const auto size = ::pread(kept->second.get(), room.data(), room.size(), 0);
        if (size > 0) return std::string_view(room.data(), static_cast<std::size_t>(size));
        open.erase(kept);
    }
    return std::nullopt;
}

/// Where a thread's stack stands while it waits in a system call: the last word but one.
std::optional<std::uint64_t> stack_pointer_of(pid_t process, pid_t tid)
{
    char room[256];
    const auto text = call_of(process, tid, room);
    if (!text) return std::nullopt;
    const auto pc_at = text->rfind(' ');
    if (pc_at == std::string_view::npos || pc_at == 0) return std::nullopt;
    const auto sp_at = text->rfind(' ', pc_at - 1);
    if (sp_at == std::string_view::npos) return std::nullopt;
    return std::strtoull(text->data() + sp_at, nullptr, 16); // behind it stands a space
}

/// Words of a process's memory, read a page at a time.
class Memory {
public:
    explicit Memory(pid_t tid) : tid_(tid) {}

    std::optional<std::uint64_t> operator()(std::uint64_t address)
    {
        std::uint64_t word = 0;
        if (address % page > page - sizeof word) { // over the edge of one
            if (!read_value(tid_, address, word)) return std::nullopt;
            return word;
        }
        auto [at, is_new] = pages_.try_emplace(address / page);
        auto& bytes = at->second;
        if (is_new) {
            bytes.resize(page);
            if (!read_memory(tid_, address - address % page, bytes.data(), page)) bytes.clear();
        }
        if (bytes.empty()) return std::nullopt;
        std::memcpy(&word, bytes.data() + address % page, sizeof word);
        return word;
    }

private:
    pid_t tid_;
    std::map<std::uint64_t, std::vector<std::byte>> pages_;
};

bool still_there(pid_t tid, const std::vector<std::uint64_t>& slots, const std::vector<std::uint64_t>& addresses)
{
    // The stack between them in one piece is sooner read than each by itself, unless it is long.
    constexpr std::uint64_t most_words = 4096;
    const auto words = slots.empty() ? 0 : (slots.back() - slots.front()) / sizeof(std::uint64_t) + 1;
    if (words != 0 && words <= most_words) {
        std::array<std::uint64_t, most_words> stack; // NOLINT(cppcoreguidelines-pro-type-member-init): it is read into
        if (!read_memory(tid, slots.front(), stack.data(), words * sizeof(std::uint64_t))) return false;
        for (std::size_t i = 0; i < slots.size(); ++i)
            if (stack[(slots[i] - slots.front()) / sizeof(std::uint64_t)] != addresses[i]) return false;
        return true;
    }
    std::vector<std::uint64_t> now(slots.size());
    std::vector<iovec> from;
    from.reserve(slots.size());
    for (const auto slot : slots)
        from.push_back({reinterpret_cast<void*>(slot), sizeof(std::uint64_t)});
    const iovec to{now.data(), now.size() * sizeof(std::uint64_t)};
    return slots.empty() || (::process_vm_readv(tid, &to, 1, from.data(), from.size(), 0) ==
                                 static_cast<ssize_t>(now.size() * sizeof(std::uint64_t)) &&
                             now == addresses);
}

/// What the direct call right before an address calls, behind a jump that it may lead to; 0: it is no direct call.
std::uint64_t called_before(std::uint64_t address, const ReadWord& read)
{
    constexpr unsigned call = 0xe8, jump = 0xe9;
    constexpr std::uint64_t length = 5;
    const auto target = [&](std::uint64_t at, unsigned opcode) -> std::uint64_t {
        const auto code = read(at);
        if (!code || (*code & 0xffU) != opcode) return 0;
        return at + length + static_cast<std::uint64_t>(std::int64_t{static_cast<std::int32_t>(*code >> 8U)});
    };
    const auto called = target(address - length, call);
    const auto further = called == 0 ? 0 : target(called, jump);
    return further != 0 ? further : called;
}

bool is_shared_libc(const std::string& module) { return module.starts_with("libc.so") || module.starts_with("ld-"); }

} // namespace

void Origins::read_mappings()
{
    mappings_.clear();
    for (auto& each : door::mappings_of(std::to_string(process_))) {
        if (!each.path.starts_with('/')) each.path.clear();
        const auto* const file = each.executable && !each.path.empty() ? file_named(each.path, each.inode) : nullptr;
        mappings_.push_back({std::move(each), file});
    }
}

const Origins::Code* Origins::mapping_of(std::uint64_t address) const
{
    const auto after = std::ranges::upper_bound(mappings_, address, {}, &Code::first);
    if (after == mappings_.begin()) return nullptr;
    const auto& found = *std::prev(after);
    return found.holds(address) && found.executable ? &found : nullptr;
}

CodeFrame Origins::frame_of(std::uint64_t address) const
{
    const auto* const mapping = mapping_of(address);
    if (mapping == nullptr || mapping->file == nullptr) return {{}, address, nullptr};
    return {mapping->path, mapping->file->address_of(address - mapping->first + mapping->offset), mapping->file};
}

/// Whether code stands there, right behind a call.
bool Origins::returns_here(std::uint64_t address, const ReadWord& read) const
{
    if (address < 8 || mapping_of(address) == nullptr) return false;
    const auto before = read(address - 8);
    if (!before) return false;
    const auto byte = [&](unsigned back) { return static_cast<unsigned>(*before >> (8 * (8 - back)) & 0xffU); };
    constexpr unsigned direct = 0xe8, indirect = 0xff, operation = 2;
    if (byte(5) == direct) return true;
    return std::ranges::any_of(std::initializer_list<unsigned>{2, 3, 4, 6, 7}, [&](unsigned back) {
        return byte(back) == indirect && (byte(back - 1) >> 3U & 7U) == operation;
    });
}

/// The frame pointer of a frame whose function set one up: it lies above what the function's beginning has taken from the
/// stack. Where that is not so (alloca, another compiler), at the first place above where a frame could end.
bool Origins::find_bp(Registers& frame, const CodeFile& file, std::uint64_t bias, const ReadWord& read) const
{
    const auto ends_at = [&](std::uint64_t bp) {
        const auto back = read(bp + 8);
        return back && returns_here(*back, read);
    };
    if (const auto size = file.frame_size(frame.pc, bias, read); size && ends_at(frame.sp + *size)) {
        frame.bp = frame.sp + *size;
        return true;
    }
    constexpr std::uint64_t aligned = 16;
    const auto first = (frame.sp + aligned - 1) / aligned * aligned;
    for (auto bp = first; bp < first + search_bytes; bp += aligned) {
        const auto outer = read(bp);
        if (!outer) return false;
        if (*outer <= bp || *outer >= bp + 16 * search_bytes || !ends_at(bp)) continue;
        frame.bp = bp;
        return true;
    }
    return false;
}

/// The caller of code of which no file tells how to leave it (musl's, a JIT's). Of the places where one could stand, that
/// of a call to this very function; where there is none, the first one.
bool Origins::find_return(Registers& frame, const ReadWord& read) const
{
    constexpr std::uint64_t most = 2048;
    const auto here = frame_of(frame.pc);
    const auto function = here.file == nullptr ? std::nullopt : here.file->function_at(here.offset - 1);
    const auto start = function ? frame.pc - here.offset + function->address : 0;
    std::uint64_t found = 0;
    for (auto slot = frame.sp; slot < frame.sp + most; slot += 8) {
        const auto word = read(slot);
        if (!word) break;
        if (!returns_here(*word, read)) continue;
        const bool calls_this = start != 0 && called_before(*word, read) == start;
        if (calls_this || found == 0) found = slot;
        if (calls_this) break;
    }
    if (found == 0) return false;
    frame.slot = found;
    frame.pc = read(found).value_or(0);
    frame.sp = found + 8;
    return true;
}

void Origins::unwind(pid_t tid, std::uint64_t pc, std::uint64_t sp, Known& known) const
{
    Memory memory(tid);
    const ReadWord read = [&memory](std::uint64_t address) { return memory(address); };
    Registers frame{pc, sp, std::nullopt, 0};
    while (known.addresses.size() < std::size_t{engine::deepest_site}) {
        const auto before = frame.sp;
        const auto* const mapping = mapping_of(frame.pc);
        auto step = CodeFile::Step::unknown;
        if (mapping != nullptr && mapping->file != nullptr) {
            const auto bias = frame.pc - frame_of(frame.pc).offset;
            step = mapping->file->step(frame, bias, read);
            if (step == CodeFile::Step::needs_bp && find_bp(frame, *mapping->file, bias, read))
                step = mapping->file->step(frame, bias, read);
        }
        if (step == CodeFile::Step::unknown && mapping != nullptr && find_return(frame, read))
            step = CodeFile::Step::done;
        // Where a program begins, some tables do not say that there is no caller.
        if (step != CodeFile::Step::done || frame.sp <= before || mapping_of(frame.pc) == nullptr) break;
        known.slots.push_back(frame.slot);
        known.addresses.push_back(frame.pc);
    }
}

namespace {

/// Empty where it has none: a stripped file.
std::string name_of_function(const CodeFrame& frame)
{
    if (frame.file == nullptr) return {};
    const auto function = frame.file->function_at(frame.offset - 1);
    return function ? function->name : std::string();
}

} // namespace

void Origins::name(std::uint64_t pc, const plan::Plan* plan, Known& known) const
{
    auto& origin = known.origin;
    for (const auto address : known.addresses)
        origin.frames.push_back(frame_of(address));
    engine::SiteId id;
    const auto made_at = frame_of(pc);
    if (origin.frames.empty()) origin.frames.push_back(made_at);
    for (const auto& frame : origin.frames)
        id.add(frame.module(), frame.offset);
    // Code that calls the kernel itself may do so in several places of one function.
    if (!is_shared_libc(made_at.module()) && !known.addresses.empty()) id.add(made_at.module(), made_at.offset);
    origin.site = id.get();

    if (plan == nullptr) return;
    const auto& caller = origin.frames.front();
    origin.caller_sets = engine::caller_sets_of(*plan, caller.module(), [&caller] { return name_of_function(caller); });
}

const Origin* Origins::of(pid_t tid, std::uint64_t pc, const plan::Plan* plan)
{
    const auto sp = stack_pointer_of(process_, tid);
    if (!sp) return nullptr;
    constexpr std::size_t most_places = 4096;
    if (known_.size() == most_places) known_.clear();
    auto& alike = known_[{pc, *sp}];
    for (const auto& each : alike)
        if (still_there(tid, each->slots, each->addresses)) return &each->origin;
    read_mappings();
    auto known = std::make_unique<Known>();
    unwind(tid, pc, *sp, *known);
    name(pc, plan, *known);
    if (alike.size() == most_alike) alike.erase(alike.begin());
    alike.push_back(std::move(known));
    return &alike.back()->origin;
}

} // namespace faultline::door
