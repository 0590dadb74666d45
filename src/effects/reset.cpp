// `reset`: the connection breaks, by the kernel's own hand, so that every descriptor that shares it and every thread
// that waits on it finds it broken, and whatever is called later fails as after a real RST.
#include "effects/effects.hpp"
#include "engine/peers.hpp"
#include "sys/sockets.hpp"

#include <cerrno>

namespace faultline::effects {
namespace {

/// False where there was no connection any more.
bool break_connection(int fd) noexcept
{
    sockaddr_storage peer;
    socklen_t length = 0;
    if (!engine::is_connected(fd, peer, length)) return false;
    // To dissolve the association is what sends the peer an RST, and leaves ECONNRESET for the next call here. Unix
    // sockets know no such thing; there, both directions end.
    sockaddr nobody{};
    nobody.sa_family = AF_UNSPEC;
    sys::call(SYS_connect, fd, sys::address(&nobody), sizeof nobody);
    sys::call(SYS_shutdown, fd, SHUT_RDWR);
    return true;
}

} // namespace

Word reset(const Invocation& invocation)
{
    const auto& call = invocation.call;
    const int fd = engine::descriptor_of(call);
    const bool broken_now = break_connection(fd);
    invocation.verdict.descriptors->peer_changed();
    if (!broken_now) return invocation.perform(invocation.words); // broken before: the kernel says how
    sys::socket_option(fd, SO_ERROR);                             // takes the error that waits there for the next call
    const auto error = invocation.verdict.error != 0 ? invocation.verdict.error : ECONNRESET;
    if (invocation.verdict.error == 0) engine::note_error(invocation.verdict, error);
    if (spec_of(call).acts) return invocation.perform(invocation.words); // a close closes what is broken
    return report(call, error);
}

} // namespace faultline::effects
