#include "door/record_writer.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <functional>
#include <stdexcept>
#include <unistd.h>
#include <utility>

namespace faultline::door {
namespace {

constexpr std::size_t buffered = 64 << 10;
constexpr std::size_t piece = 1 << 20;
constexpr std::size_t remembered = 1 << 15; // blobs; a megabyte

void put(format::Payload& payload, const Attributes& attributes)
{
    payload << attributes.mode << attributes.owner << attributes.group;
    payload.put_signed(attributes.modified_ns) << attributes.extended.size();
    for (const auto& [name, value] : attributes.extended)
        payload << name << value;
}

void put(format::Payload& payload, const Name& name) { payload << name.directory << name.name; }

void put(format::Payload& payload, Bytes bytes) { payload << bytes.at << bytes.size; }

} // namespace

RecordWriter::RecordWriter(std::string directory) : directory_(std::move(directory)), recent_(remembered)
{
    const auto make = [&](const char* name) {
        const int fd =
            ::open(fmt::format("{}/{}", directory_, name).c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (fd < 0) fail(name);
        return fd;
    };
    log_ = make("log");
    data_ = make("data");
    buffer_ = format::magic;
}

RecordWriter::~RecordWriter()
{
    for (const int fd : {log_, data_})
        if (fd >= 0) ::close(fd);
}

void RecordWriter::fail(const char* file) const
{
    const int error = errno;
    throw std::runtime_error(fmt::format("{}/{}: {}{}", directory_, file, std::strerror(error),
                                         error == ENOSPC || error == EDQUOT
                                             ? " (what a program writes is written here once more; -o names a "
                                               "directory elsewhere)"
                                             : ""));
}

void RecordWriter::flush()
{
    for (std::string_view rest = buffer_; !rest.empty();) {
        const auto written = ::write(log_, rest.data(), rest.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) fail("log");
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
    buffer_.clear();
}

void RecordWriter::record(format::Kind kind, const format::Payload& payload)
{
    const auto put_word = [&](std::uint32_t word) {
        for (unsigned shift = 0; shift < 32; shift += 8)
            buffer_.push_back(static_cast<char>(word >> shift));
    };
    put_word(static_cast<std::uint32_t>(payload.bytes.size()));
    buffer_.push_back(static_cast<char>(kind));
    buffer_ += payload.bytes;
    put_word(format::checksum(payload.bytes));
    if (buffer_.size() >= buffered) flush();
}

void RecordWriter::start(std::span<const std::string> command, std::string_view working_directory)
{
    format::Payload payload;
    payload << working_directory << command.size();
    for (const auto& word : command)
        payload << word;
    record(format::Kind::start, payload);
}

void RecordWriter::root(const Root& root)
{
    format::Payload payload;
    payload << root.path << root.inode;
    record(format::Kind::root, payload);
}

void RecordWriter::inode(const Inode& inode)
{
    format::Payload payload;
    payload << inode.id << std::uint64_t{inode.existed} << inode.device << inode.number << inode.size;
    put(payload, inode.attributes);
    record(format::Kind::inode, payload);
}

void RecordWriter::kept(const Inode& inode)
{
    format::Payload payload;
    payload << inode.id << inode.size << inode.content.size();
    for (const auto& [offset, bytes] : inode.content) {
        payload << offset;
        put(payload, bytes);
    }
    record(format::Kind::kept, payload);
}

void RecordWriter::entry(const Entry& entry)
{
    format::Payload payload;
    put(payload, entry.at);
    payload << entry.inode;
    record(format::Kind::entry, payload);
}

std::uint32_t RecordWriter::site(const std::vector<report::Address>& stack)
{
    if (stack.empty()) return 0;
    format::Payload payload;
    payload << stack.size();
    for (const auto& frame : stack)
        payload << frame.module << frame.offset;
    const auto number = static_cast<std::uint32_t>(sites_.size() + 1);
    const auto [at, fresh] = sites_.try_emplace(payload.bytes, number);
    if (fresh) record(format::Kind::site, payload);
    return at->second;
}

void RecordWriter::operation(const Operation& operation)
{
    format::Payload payload;
    payload << operation.did << operation.begin << operation.end;
    payload.put_signed(operation.pid).put_signed(operation.tid) << operation.thread << operation.site;
    payload << operation.call << operation.inode << operation.replaced << operation.device;
    put(payload, operation.from);
    put(payload, operation.to);
    payload << operation.offset << operation.size << operation.flags;
    put(payload, operation.bytes);
    put(payload, operation.attributes);
    payload.put_signed(operation.value) << std::uint64_t{operation.synchronous} << operation.path;
    record(format::Kind::operation, payload);
}

void RecordWriter::finish()
{
    format::Payload payload;
    payload << data_end_;
    record(format::Kind::finish, payload);
    flush();
    if (::ftruncate(data_, static_cast<off_t>(data_end_)) != 0) fail("data");
}

Bytes RecordWriter::store(std::string_view bytes)
{
    if (bytes.empty()) return {};
    const auto hash = std::hash<std::string_view>{}(bytes);
    auto& recent = recent_[hash % remembered];
    if (recent.hash == hash && recent.bytes.size == bytes.size()) {
        scratch_.resize(std::min(piece, bytes.size()));
        std::uint64_t same = 0;
        while (same < bytes.size()) {
            const auto part = std::min<std::uint64_t>(piece, bytes.size() - same);
            if (::pread(data_, scratch_.data(), part, static_cast<off_t>(recent.bytes.at + same)) !=
                    static_cast<ssize_t>(part) ||
                std::memcmp(scratch_.data(), bytes.data() + same, part) != 0)
                break;
            same += part;
        }
        if (same == bytes.size()) return recent.bytes;
    }
    const Bytes stored{data_end_, bytes.size()};
    while (!bytes.empty()) {
        const auto written = ::pwrite(data_, bytes.data(), bytes.size(), static_cast<off_t>(data_end_));
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) fail("data");
        data_end_ += static_cast<std::uint64_t>(written);
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    recent = {hash, stored};
    return stored;
}

Bytes RecordWriter::store_from(int fd, std::uint64_t offset, std::uint64_t size)
{
    const Bytes stored{data_end_, size};
    scratch_.resize(piece);
    for (std::uint64_t done = 0; done < size;) {
        auto from = static_cast<off_t>(offset + done), to = static_cast<off_t>(data_end_ + done);
        auto moved = ::copy_file_range(fd, &from, data_, &to, size - done, 0);
        if (moved <= 0) { // between file systems of different kinds, as of old kernels
            moved = ::pread(fd, scratch_.data(), std::min<std::uint64_t>(piece, size - done),
                            static_cast<off_t>(offset + done));
            if (moved < 0)
                throw std::runtime_error(fmt::format("a file of the program cannot be read: {}", std::strerror(errno)));
            if (moved == 0) break; // shorter by now; what is missing reads as NULs
            for (ssize_t at = 0; at < moved;) {
                const auto written = ::pwrite(data_, scratch_.data() + at, static_cast<std::size_t>(moved - at),
                                              static_cast<off_t>(data_end_ + done) + at);
                if (written < 0 && errno == EINTR) continue;
                if (written <= 0) fail("data");
                at += written;
            }
        }
        done += static_cast<std::uint64_t>(moved);
    }
    data_end_ += size;
    return stored;
}

} // namespace faultline::door
