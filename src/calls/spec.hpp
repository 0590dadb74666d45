// What Faultline knows about one libc function, as data. Everything else (the exported symbol, the typed hook, the plan
// parser's checks, `faultline list`) is derived from it, so adding a function is adding one row to a .def file here.
//
// How to add a row: pick the file of the function's family and write CALL(name, ...), or one of the other forms of
// all.def where the C declaration is variadic, missing from the headers, or does not fit. A twin, which users know by
// another row's name, is TWIN(that row); a function that is like another one but for some things says AS(that row) and
// those. Take the errnos from the ERRORS section of its man page: environmental ones (what a sound program may meet) into
// .fails, programming ones (EBADF, EFAULT, EINVAL …) into .misuse. Argument positions count from 0; a wrong one does not
// compile.
#pragma once

#include "calls/aspects.hpp"

#include <cstdint>
#include <string_view>
#include <type_traits>

namespace faultline::calls {

/// One row of the table.
struct Spec {
    Label name;                   // the exported symbol
    Family family;                // the .def file it stands in
    Label means = {};             // the function that a user knows it as: "read" for __read_chk; empty: itself
    std::uint16_t as = 0;         // the row, counted from 1, that it is like but for what stands behind; 0: none
    Failure fails = {};           // failure value, and the errors the environment may cause
    Errors misuse = {};           // errors that only a mistake in the program causes: allowed by name, never drawn
    Argument fd = absent;         // the descriptor it works on
    Argument block = absent;      // the struct aiocb, in which the descriptor stands
    Argument stream = absent;     // the FILE*
    Argument dir = absent;        // the DIR*
    Argument dirfd = absent;      // the directory that `path` is relative to
    Argument path = absent;       // a file name (of getaddrinfo: the host)
    Argument path2 = absent;      // the second file name of rename, link, symlink
    Size size = {};               // the bytes asked for
    Argument address = absent;    // the struct sockaddr of the peer; its length is the next argument
    Flags flags = {};             // the flags it takes: O_…, MSG_…, MAP_…
    Argument protection = absent; // PROT_…
    Data out = {};                // data that comes in
    Data in = {};                 // data that goes out
    Reports reports = {};         // what it tells of a file
    Wait waits = {};              // how it times out
    Lasts lasts = {};             // a time that it takes: ask time_of()
    Tracks tracks = Tracks::nothing;
    Tells tells = Tells::nothing;
    bool acts = false;      // on an injected failure the real call is made all the same: the resource is gone (close)
    bool allocates = false; // belongs to @alloc
    bool syncs = false;     // belongs to @sync
    Label version = {};     // the symbol version to resolve, where it has no default one

    /// The name under which plans and statistics know the function.
    [[nodiscard]] constexpr std::string_view function() const noexcept { return means.empty() ? name : means; }
    [[nodiscard]] constexpr bool can_fail() const noexcept { return fails.returns != Failure::Returns::nothing; }
    [[nodiscard]] constexpr bool has_descriptor() const noexcept
    {
        return fd != absent || block != absent || stream != absent || dir != absent;
    }
    /// Whether there are bytes to damage.
    [[nodiscard]] constexpr bool moves_data() const noexcept { return is_seen(out) || is_seen(in); }
    /// Whether the bytes asked for are known before the call.
    [[nodiscard]] constexpr bool has_size() const noexcept
    {
        using enum Data::Shape;
        const auto counts = [](const Data& data) {
            return data.shape == vector || data.shape == message || data.shape == messages;
        };
        return size.factor != absent || counts(out) || counts(in) || in.shape == text;
    }
    /// Whether it can be said afterwards how many bytes went through.
    [[nodiscard]] constexpr bool has_count() const noexcept
    {
        using enum Data::Shape;
        return is_seen(in) || is_seen(out) || in.shape == unseen || (allocates && size.factor != absent);
    }
    /// Whether fewer bytes than asked for can be transferred, really.
    [[nodiscard]] constexpr bool can_be_short() const noexcept
    {
        using enum Data::Shape;
        const auto divisible = [](const Data& data) {
            return data.shape == bytes || data.shape == items || data.shape == vector || data.shape == message ||
                   data.shape == unseen;
        };
        return has_size() && (divisible(out) || divisible(in)) && can_fail();
    }
    /// Whether it can say that it is done, and lose what it was to do: bytes that go out, or a flush.
    [[nodiscard]] constexpr bool can_be_lost() const noexcept { return is_seen(in) || syncs; }
    /// Whether a write can stop halfway.
    [[nodiscard]] constexpr bool can_be_torn() const noexcept
    {
        return can_be_short() && in.shape != Data::Shape::none;
    }
    /// Whether a signal handler that ran may end it with EINTR.
    [[nodiscard]] constexpr bool can_be_interrupted() const noexcept
    {
        constexpr int interrupted = 4; // EINTR
        return fails.errors.contains(interrupted) || misuse.contains(interrupted);
    }
    /// Whether its path is a host's name.
    [[nodiscard]] constexpr bool names_host() const noexcept { return path != absent && family == Family::net; }
    /// Whether it asks how an operation of aio ended, which it may be asked before that.
    [[nodiscard]] constexpr bool asks_for_end() const noexcept
    {
        return block != absent && fails.returns == Failure::Returns::code;
    }
    /// Whether it has to do with a connection, or with a datagram's receiver.
    [[nodiscard]] constexpr bool has_peer() const noexcept
    {
        if (family == Family::net && (tracks == Tracks::opens || name == "bind" || name == "listen")) return false;
        return has_descriptor() || address != absent || names_host();
    }
    /// Whether it gives a mutex away while it waits, and may wake without a reason.
    [[nodiscard]] constexpr bool may_wake_early() const noexcept { return waits.leaves == Wait::Leaves::mutex; }

private:
    static constexpr bool is_seen(const Data& data) noexcept
    {
        using enum Data::Shape;
        return data.shape != none && data.shape != formatted && data.shape != unseen;
    }
};

/// Has a row take over from another what it does not say itself. A member that is forgotten here does not compile.
constexpr void take_over(Spec& row, const Spec& from)
{
    auto& [name, family, means, as, fails, misuse, fd, block, stream, dir, dirfd, path, path2, size, address, flags,
           protection, out, in, reports, waits, lasts, tracks, tells, acts, allocates, syncs, version] = row;
    const auto take = []<class T>(T& own, const T& other) {
        if constexpr (std::is_same_v<T, Argument>) {
            if (own == absent) own = other;
        } else {
            if (own == T{}) own = other;
        }
    };
    take(fails.returns, from.fails.returns);
    take(fails.errors, from.fails.errors);
    take(misuse, from.misuse);
    take(fd, from.fd);
    take(block, from.block);
    take(stream, from.stream);
    take(dir, from.dir);
    take(dirfd, from.dirfd);
    take(path, from.path);
    take(path2, from.path2);
    take(size, from.size);
    take(address, from.address);
    take(flags, from.flags);
    take(protection, from.protection);
    take(out, from.out);
    take(in, from.in);
    take(reports, from.reports);
    take(waits, from.waits);
    take(lasts, from.lasts);
    take(tracks, from.tracks);
    take(tells, from.tells);
    take(acts, from.acts);
    take(allocates, from.allocates);
    take(syncs, from.syncs);
    if (version.empty()) version = from.version;
    as = 0;
}

/// The time that a call takes or gives, if any.
[[nodiscard]] constexpr Lasts time_of(const Spec& spec) noexcept
{
    using Limit = Wait::Limit;
    using enum Lasts::Form;
    using By = Lasts::By;
    const auto argument = spec.waits.argument;
    switch (spec.waits.limit) {
    case Limit::milliseconds:
        return {milliseconds, argument, absent, By::span};
    case Limit::timespec:
        return {timespec, argument, absent, By::span};
    case Limit::timeval: // of select, which leaves there what is left
        return {timeval, argument, argument, By::span};
    case Limit::deadline:
        return {timespec, argument, absent, By::wall};
    case Limit::clock:
        return {timespec, argument, absent, By::clock};
    case Limit::condition:
        return {timespec, argument, absent, By::condition};
    default:
        return spec.lasts;
    }
}

/// What is known of a function that is the program's own: it can fail, its result can be damaged, and it may time out.
inline constexpr Spec own_spec{.name = "own",
                               .family = Family::process,
                               .fails = minus_one(),
                               .out = byte(result),
                               .waits = {Wait::Limit::kernel, absent, 0, Wait::Leaves::nothing}};

} // namespace faultline::calls
