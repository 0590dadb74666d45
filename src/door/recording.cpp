#include "door/recording.hpp"

#include "door/record_format.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace faultline::door {
namespace {

/// A file's bytes, mapped to be read.
std::shared_ptr<const char> map(const std::string& path, std::uint64_t& size)
{
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat status {};
    if (fd < 0 || ::fstat(fd, &status) != 0) {
        const int error = errno;
        if (fd >= 0) ::close(fd);
        throw std::runtime_error(fmt::format("{}: {} (a recording is a directory with the files 'log' and 'data')",
                                             path, std::strerror(error)));
    }
    size = static_cast<std::uint64_t>(status.st_size);
    void* const memory = size == 0 ? nullptr : ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
    const int error = errno;
    ::close(fd);
    if (memory == MAP_FAILED) throw std::runtime_error(fmt::format("{}: {}", path, std::strerror(error)));
    const auto length = size;
    return {static_cast<const char*>(memory), [length](const char* bytes) {
                if (bytes != nullptr) ::munmap(const_cast<char*>(bytes), length);
            }};
}

class Reader {
public:
    Reader(Recording& recording, std::string path, std::uint64_t data)
        : to_(recording), path_(std::move(path)), data_(data)
    {
        to_.inodes.resize(1);
    }

    void read(std::string_view log, bool to_its_end)
    {
        if (!log.starts_with(format::magic))
            bad("this is no recording, or one of another version of Faultline: record again");
        bool finished = false;
        for (at_ = format::magic.size(); at_ < log.size();) {
            if (finished) bad("something follows the end");
            const auto rest = log.substr(at_);
            if (rest.size() < 9 || rest.size() - 9 < word(rest)) break;
            const auto size = word(rest);
            const auto payload = rest.substr(5, size);
            if (word(rest.substr(5 + size)) != format::checksum(payload)) bad("the checksum is not that of the record");
            format::Parts parts(payload);
            const auto kind = static_cast<std::uint8_t>(rest[4]);
            if (kind == 0 || kind > format::last_kind) bad(fmt::format("there is no record of kind {}", kind));
            take(static_cast<format::Kind>(kind), parts);
            if (parts.damaged || !parts.at_end()) bad("the record is not as long as what it holds");
            finished = static_cast<format::Kind>(kind) == format::Kind::finish;
            at_ += 9 + size;
        }
        if (at_ < log.size()) bad("the record is cut off");
        if (to_its_end && !finished)
            bad("the recording was not finished: its recorder was killed, or could not write; record again");
    }

private:
    [[noreturn]] void bad(std::string_view why) const
    {
        throw std::runtime_error(fmt::format("{}: at byte {}: {}", path_, at_, why));
    }
    static std::uint32_t word(std::string_view bytes)
    {
        std::uint32_t word = 0;
        for (unsigned i = 0; i < 4; ++i)
            word |= std::uint32_t{static_cast<unsigned char>(bytes[i])} << 8 * i;
        return word;
    }
    InodeId inode(format::Parts& parts) const
    {
        const auto number = parts.number();
        if (number >= to_.inodes.size()) bad(fmt::format("inode {} was not introduced", number));
        return static_cast<InodeId>(number);
    }
    Bytes bytes(format::Parts& parts) const
    {
        Bytes bytes;
        bytes.at = parts.number();
        bytes.size = parts.number();
        if (bytes.at > data_ || bytes.size > data_ - bytes.at)
            bad(fmt::format("it points at bytes {} to {} of 'data', which has {}", bytes.at, bytes.at + bytes.size,
                            data_));
        return bytes;
    }
    Name name(format::Parts& parts) const
    {
        Name name;
        name.directory = inode(parts);
        name.name = parts.text();
        if (name.name.find('/') != std::string::npos || name.name.find('\0') != std::string::npos)
            bad("a name holds what none can");
        return name;
    }
    static Attributes attributes(format::Parts& parts)
    {
        Attributes attributes;
        attributes.mode = parts.as<std::uint32_t>();
        attributes.owner = parts.as<std::uint32_t>();
        attributes.group = parts.as<std::uint32_t>();
        attributes.modified_ns = parts.signed_number();
        for (auto count = parts.number(); count != 0 && !parts.damaged; --count) {
            const auto name = parts.text();
            attributes.extended.emplace_back(name, parts.text());
        }
        return attributes;
    }

    void take(format::Kind kind, format::Parts& parts)
    {
        switch (kind) {
        case format::Kind::start:
            to_.working_directory = parts.text();
            for (auto count = parts.number(); count != 0 && !parts.damaged; --count)
                to_.command.emplace_back(parts.text());
            return;
        case format::Kind::root: {
            Root root{std::string(parts.text()), {}};
            root.inode = inode(parts);
            to_.roots.push_back(std::move(root));
            return;
        }
        case format::Kind::inode: {
            Inode inode;
            const auto number = parts.number();
            if (number != to_.inodes.size())
                bad(fmt::format("inode {} comes where {} is due", number, to_.inodes.size()));
            inode.id = static_cast<InodeId>(number);
            inode.existed = parts.number() != 0;
            inode.device = parts.number();
            inode.number = parts.number();
            inode.size = parts.number();
            inode.attributes = attributes(parts);
            to_.inodes.push_back(std::move(inode));
            return;
        }
        case format::Kind::kept: {
            auto& kept = to_.inodes[static_cast<std::size_t>(inode(parts))];
            kept.size = parts.number();
            for (auto count = parts.number(); count != 0 && !parts.damaged; --count) {
                const auto offset = parts.number();
                kept.content.emplace_back(offset, bytes(parts));
            }
            kept.content_kept = true;
            return;
        }
        case format::Kind::entry: {
            Entry entry{name(parts), {}};
            entry.inode = inode(parts);
            to_.entries.push_back(std::move(entry));
            return;
        }
        case format::Kind::operation:
            return take_operation(parts);
        case format::Kind::site: {
            auto& stack = to_.sites.emplace_back();
            for (auto count = parts.number(); count != 0 && !parts.damaged; --count) {
                const auto module = parts.text();
                stack.push_back({std::string(module), parts.number()});
            }
            return;
        }
        case format::Kind::finish:
            if (parts.number() != data_) bad(fmt::format("'data' should not have {} bytes", data_));
            return;
        }
    }

    void take_operation(format::Parts& parts)
    {
        Operation operation;
        const auto did = parts.number();
        if (did > static_cast<std::uint64_t>(Did::reverted)) bad(fmt::format("there is no operation {}", did));
        operation.did = static_cast<Did>(did);
        operation.begin = parts.number();
        operation.end = parts.number();
        if (operation.begin > operation.end || operation.end < last_end_) bad("it is not in its order");
        last_end_ = operation.end;
        operation.pid = static_cast<std::int32_t>(parts.signed_number());
        operation.tid = static_cast<std::int32_t>(parts.signed_number());
        operation.thread = parts.text();
        operation.site = parts.as<std::uint32_t>();
        if (operation.site >= to_.sites.size()) bad(fmt::format("site {} was not introduced", operation.site));
        operation.call = parts.text();
        operation.inode = inode(parts);
        operation.replaced = inode(parts);
        operation.device = parts.number();
        operation.from = name(parts);
        operation.to = name(parts);
        operation.offset = parts.number();
        operation.size = parts.number();
        operation.flags = parts.as<std::uint32_t>();
        operation.bytes = bytes(parts);
        operation.attributes = attributes(parts);
        operation.value = parts.signed_number();
        operation.synchronous = parts.number() != 0;
        operation.path = parts.text();
        to_.operations.push_back(std::move(operation));
    }

    Recording& to_;
    std::string path_;
    std::uint64_t data_, at_ = 0, last_end_ = 0;
};

} // namespace

Recording Recording::read(const std::string& directory) { return read(directory, true); }

Recording Recording::read_so_far(const std::string& directory) { return read(directory, false); }

Recording Recording::read(const std::string& directory, bool to_its_end)
{
    Recording recording;
    recording.data_ = map(directory + "/data", recording.data_size_);
    std::uint64_t size = 0;
    const auto log = map(directory + "/log", size);
    Reader(recording, directory + "/log", recording.data_size_).read({log.get(), size}, to_its_end);
    return recording;
}

std::string_view Recording::data(Bytes bytes) const
{
    if (bytes.at > data_size_ || bytes.size > data_size_ - bytes.at)
        throw std::out_of_range(fmt::format("bytes {}+{} of {}", bytes.at, bytes.size, data_size_));
    return {data_.get() + bytes.at, bytes.size};
}

} // namespace faultline::door
