// A read or write that the supervisor performs in its caller's place: on a duplicate of the descriptor, which shares
// offset and flags with the caller's, between the caller's memory and ours. It never waits.
#pragma once

#include "door/arguments.hpp"
#include "effects/bytes.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace faultline::door {

/// Whether the supervisor can perform a system call that means this row. What a message carries beside its bytes
/// (descriptors, credentials) it cannot; that shows only with the call.
[[nodiscard]] bool can_transfer(int number);

class Transfer {
public:
    /// nullopt: it cannot be performed here, and the call has to pass. At most `limit` bytes go through.
    [[nodiscard]] static std::optional<Transfer> of(pid_t tid, int pidfd, const Told& told, const CopiedCall& call,
                                                    std::uint64_t limit);
    Transfer(Transfer&& other) noexcept;
    Transfer& operator=(Transfer&&) = delete;
    ~Transfer();

    [[nodiscard]] bool goes_out() const { return out_; }
    /// What goes out, to be damaged or cut before it is performed.
    [[nodiscard]] std::string& outgoing() { return bytes_; }
    /// Does what can be done without waiting. Returns the result, or -errno; nullopt: not before descriptor() is ready.
    [[nodiscard]] std::optional<std::int64_t> attempt();
    /// What came in, to be damaged before deliver() copies it into the caller's memory. Returns the call's result.
    [[nodiscard]] std::string& incoming() { return bytes_; }
    [[nodiscard]] std::int64_t deliver();

    /// Bytes that have gone out while the rest has to wait.
    [[nodiscard]] std::size_t done() const { return out_ ? done_ : 0; }
    [[nodiscard]] int descriptor() const { return fd_; }
    [[nodiscard]] bool is_file() const { return is_file_; }
    /// Takes note of bytes that were not written, as a file's offset has it.
    void skip(std::uint64_t bytes) const;

private:
    Transfer() = default;
    [[nodiscard]] std::int64_t step(char* bytes, std::size_t size);

    pid_t tid_ = 0;
    int fd_ = -1;
    int number_ = 0;
    bool out_ = false, is_file_ = false, is_socket_ = false, may_wait_ = false;
    std::int64_t offset_ = -1; // of pread and its kin
    int flags_ = 0;            // of the message, or RWF_ flags
    std::vector<iovec> pieces_;
    std::string bytes_;
    std::size_t done_ = 0;
    std::string name_;                                               // a datagram's receiver
    std::uint64_t name_at_ = 0, name_length_at_ = 0, header_at_ = 0; // where the sender's is to go
    sockaddr_storage sender_{};
    socklen_t sender_length_ = 0;
    int received_flags_ = 0;
};

} // namespace faultline::door
