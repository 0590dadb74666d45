// What the fork server and the one who asks it say to each other.
//
// The server is a program that was executed with the library preloaded and stops before main; in its environment
// `fork_server_variable` holds the number of a descriptor, one end of a pair of SOCK_SEQPACKET sockets. It says a
// ForkHello. If nothing speaks against it, each ForkRequest that carries the descriptors of ForkDescriptor, in that order,
// gets a ForkAnswer, from the child itself; the child goes on to main as a new process would, with the plan that FAULT_CONFIG names *then*. A
// child is a child of the server's parent (CLONE_PARENT), who waits for it as for one of its own. The server ends when
// the other end is closed. Nothing of all this is left in the child: neither the descriptor nor the variable.
//
// The server's parent gives it standard streams that stand at their starts and are of the kinds that its children get:
// what constructors read or write there would be missing from each child.
#pragma once

#include <cstdint>
#include <string_view>

namespace faultline::hook {

inline constexpr std::string_view fork_server_variable = "FAULT_FORK_SERVER";
inline constexpr std::uint32_t fork_protocol = 1;

/// Why a child would not be what a new process is. `detail` of the hello says more where a name is given for it.
enum class ForkObstacle : std::uint32_t {
    none,
    threads,     // the constructors began some: how many there are
    descriptors, // … opened one: its number; closed or replaced a standard stream: its number
    streams,     // … read or wrote a standard stream: its number
    directory,   // … changed the working directory
    handlers,    // … set a handler for a signal: its number
    timers,      // … started one
    children,    // … began processes
    mappings,    // … made memory that a child shares, has not or has not locked
    sanitizer,   // its run-time library keeps what a child must not have
    layers,      // … laid faults of the program's own
    unknown,     // the kernel does not tell what has to be known
    last = unknown,
};

struct ForkHello {
    std::uint32_t version;
    ForkObstacle obstacle;
    std::int32_t detail;
};

enum class ForkDescriptor : std::uint32_t { input, output, error, directory };
inline constexpr std::uint32_t fork_descriptors = 4;

struct ForkRequest {
    std::uint32_t version;
};

struct ForkAnswer {
    std::int32_t pid; // or -errno
};

} // namespace faultline::hook
