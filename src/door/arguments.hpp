// A notified call as the engine takes it: what its arguments point at is copied out of the caller's memory, once.
#pragma once

#include "door/system_calls.hpp"

#include <linux/seccomp.h>
#include <list>
#include <string>
#include <sys/types.h>
#include <vector>

namespace faultline::door {

/// Reads what decides the meaning of a call. False where the caller's memory cannot be read: the kernel will say so.
[[nodiscard]] bool tell(const seccomp_notif& notification, Told& told);

/// The call of one row. It points into itself, and must stay where it is.
class CopiedCall {
public:
    CopiedCall() = default;
    CopiedCall(const CopiedCall&) = delete;
    CopiedCall& operator=(const CopiedCall&) = delete;

    /// Copies paths, addresses, vectors and messages; bytes stay where they are, and so do words that the engine does
    /// not follow. False where the memory cannot be read or the kernel would refuse it.
    [[nodiscard]] bool copy(pid_t tid, const Meaning& meaning, const Told& told);

    [[nodiscard]] engine::Call call() const { return {row_, words_.data(), nullptr}; }
    [[nodiscard]] const calls::Spec& spec() const { return calls::table[row_]; }
    [[nodiscard]] engine::Word word(calls::Argument argument) const
    {
        return words_[static_cast<std::uint8_t>(argument)];
    }
    /// The caller's pieces of memory that the data goes to or comes from.
    [[nodiscard]] const std::vector<iovec>& pieces() const { return pieces_; }
    /// Of a message: its header as the caller has it.
    [[nodiscard]] const msghdr& header() const { return original_; }

private:
    engine::Word& own(calls::Argument argument) { return words_[static_cast<std::uint8_t>(argument)]; }
    bool copy_path(pid_t tid, calls::Argument argument);
    bool copy_data(pid_t tid, const calls::Data& data, const Told& told);
    bool copy_header(pid_t tid, msghdr& header);

    calls::Id row_{};
    std::array<engine::Word, 6> words_{};
    std::list<std::string> texts_; // words lead into them
    std::list<std::vector<iovec>> vectors_;
    std::vector<mmsghdr> messages_;
    std::vector<iovec> pieces_;
    msghdr header_{}, original_{};
};

} // namespace faultline::door
