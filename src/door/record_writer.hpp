// Writes a recording as it comes into being. Both files are appended to; memory does not grow with what was recorded.
#pragma once

#include "door/record_format.hpp"
#include "door/recording.hpp"

#include <array>
#include <span>
#include <unordered_map>

namespace faultline::door {

class RecordWriter {
public:
    /// Makes the files in a directory that is there. All functions throw std::runtime_error, with the file and the
    /// cause, where something cannot be written.
    explicit RecordWriter(std::string directory);
    ~RecordWriter();
    RecordWriter(const RecordWriter&) = delete;
    RecordWriter& operator=(const RecordWriter&) = delete;

    void start(std::span<const std::string> command, std::string_view working_directory);
    void root(const Root& root);
    void inode(const Inode& inode);
    /// What an inode held before it was changed: `content` and `size`.
    void kept(const Inode& inode);
    void entry(const Entry& entry);
    /// The number of a stack, for operations; 0: it is empty.
    std::uint32_t site(const std::vector<report::Address>& stack);
    void operation(const Operation& operation);
    /// Without this no reader takes the recording.
    void finish();
    /// What was recorded is in the files.
    void flush();

    /// Bytes that are there already are not written again, where that is easily seen.
    Bytes store(std::string_view bytes);
    /// From a file; the offset of the file is not moved.
    Bytes store_from(int fd, std::uint64_t offset, std::uint64_t size);

private:
    void record(format::Kind kind, const format::Payload& payload);
    [[noreturn]] void fail(const char* file) const;

    struct Stored {
        std::uint64_t hash = 0;
        Bytes bytes;
    };
    std::string directory_, buffer_, scratch_;
    int log_ = -1, data_ = -1;
    std::uint64_t data_end_ = 0;
    std::vector<Stored> recent_;                           // by hash
    std::unordered_map<std::string, std::uint32_t> sites_; // by the payload of their records
};

} // namespace faultline::door
