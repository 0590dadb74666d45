// Fault injection inside one's own code and tests: functions that sometimes fail (decorators), and faults that hold for
// the length of a block (scopes). A thin layer over the C interface of libfaultline.so: no C++ type, exception or
// allocation crosses into the library. Without the library everything compiles and does nothing.
#pragma once

#include "config.hpp"
#include "corrupt.hpp"
#include "record.hpp"

#include <atomic>
#include <cerrno>
#include <memory>
#include <system_error>

namespace faultline {

/// For whom a scope holds: the thread that begins it, every thread, or those that have entered it with adopt().
enum class Where { thread = FAULTLINE_THREAD, everywhere = FAULTLINE_ALL, task = FAULTLINE_TASK };

/// What a fault of type timeout throws.
class TimeoutError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// What a fault of type exception throws where it has neither an errno nor something of its own to raise.
class InjectedError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Adds a line to the recording of file operations that is being made; false: none is.
inline bool ack(const std::string& line) { return faultline_ack(line.c_str()) == 0; }

namespace detail {

/// What stands in for a function where there is no library.
inline faultline_function never_struck{0};

/// What an injector shares with its scopes and functions, which may outlive it.
struct State {
    explicit State(faultline_injector* made, bool is_own) : injector(made), own(is_own) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State()
    {
        if (own && injector != nullptr) faultline_free(injector);
    }

    struct Held {
        explicit Held(std::atomic_flag& flag) : flag_(flag)
        {
            while (flag_.test_and_set(std::memory_order_acquire))
                flag_.wait(true);
        }
        Held(const Held&) = delete;
        Held& operator=(const Held&) = delete;
        ~Held()
        {
            flag_.clear(std::memory_order_release);
            flag_.notify_one();
        }

    private:
        std::atomic_flag& flag_;
    };
    struct Raiser {
        std::string fault;
        std::function<void()> raise;
        const void* scope; // nullptr: of add()
    };

    void keep(const Faults& faults, const void* scope)
    {
        if (faults.raisers().empty()) return;
        const Held held(busy);
        for (const auto& [fault, raise] : faults.raisers())
            raisers.push_back({fault, raise, scope});
    }
    template <class Predicate>
    void forget(const Predicate& over)
    {
        const Held held(busy);
        std::erase_if(raisers, over);
    }
    /// Of the innermost scope.
    std::function<void()> raiser_of(std::string_view fault)
    {
        const Held held(busy);
        const Raiser* innermost = nullptr;
        for (const auto& each : raisers)
            if (each.fault == fault) innermost = &each;
        return innermost == nullptr ? std::function<void()>() : innermost->raise;
    }

    faultline_injector* const injector; // nullptr: no library
    const bool own;
    std::atomic_flag busy; // for as long as it takes to look at a few names: <mutex> takes longer to compile than this
    std::vector<Raiser> raisers;
};

} // namespace detail

/// The calling thread works for a scope while this lives. It has to end on the thread that made it.
class Adoption {
public:
    explicit Adoption(faultline_scope* scope) : link_(scope != nullptr ? faultline_enter_scope(scope) : nullptr) {}
    Adoption(Adoption&& other) noexcept : link_(std::exchange(other.link_, nullptr)) {}
    Adoption& operator=(Adoption&&) = delete;
    ~Adoption()
    {
        if (link_ != nullptr) faultline_leave_scope(link_);
    }

private:
    faultline_link* link_;
};

/// Faults that hold until it ends, in whatever way: at the end of the block, by an exception, or by end(). It may be
/// moved, and ended on another thread than the one it began on.
class [[nodiscard("a scope that is not kept ends at once")]] Scope
{
public:
    Scope(Scope && other) noexcept : state_(std::move(other.state_)), scope_(std::exchange(other.scope_, nullptr)) {}
    Scope& operator=(Scope&& other) noexcept
    {
        if (this != &other) {
            end();
            state_ = std::move(other.state_);
            scope_ = std::exchange(other.scope_, nullptr);
        }
        return *this;
    }
    ~Scope() { end(); }

    void end() noexcept
    {
        auto* const scope = std::exchange(scope_, nullptr);
        if (scope == nullptr) return;
        faultline_end(scope);
        state_->forget([scope](const auto& raiser) { return raiser.scope == scope; });
    }
    /// For Where::task: from here on the calling thread works for it.
    [[nodiscard]] Adoption adopt() const { return Adoption(scope_); }
    /// Of this scope alone. Nothing once it has ended: its injector knows what it did.
    [[nodiscard]] Stats stats() const
    {
        if (scope_ == nullptr) return {};
        return detail::stats_of(faultline_scope_counts(scope_), detail::whole([&](char* text, std::size_t room) {
                                    return faultline_scope_json(scope_, text, room);
                                }));
    }
    [[nodiscard]] std::uint64_t triggered() const
    {
        return scope_ == nullptr ? 0 : faultline_scope_counts(scope_).triggered;
    }
    [[nodiscard]] std::vector<FaultEvent> events() const
    {
        if (scope_ == nullptr) return {};
        return detail::events_of(
            [&](faultline_event* events, std::size_t room) { return faultline_scope_events(scope_, events, room); });
    }

private:
    friend class Injector;
    Scope(std::shared_ptr<detail::State> state, faultline_scope * scope) : state_(std::move(state)), scope_(scope) {}

    std::shared_ptr<detail::State> state_;
    faultline_scope* scope_;
};

/// A callable that faults can strike. It is called as the one that it holds: the same arguments, result, constness and
/// noexcept. A fault that throws out of a noexcept one ends the program, as any exception there does.
template <class F>
class Decorated {
public:
    Decorated(std::shared_ptr<detail::State> state, faultline_function* function, std::string name, F target)
        : function_(function), target_(std::move(target)), state_(std::move(state)), name_(std::move(name))
    {}

    // NOLINTBEGIN(bugprone-exception-escape): it is meant to, as is said above
    template <class... A>
    requires std::is_invocable_v<F&, A...> std::invoke_result_t<F&, A...>
    operator()(A&&... arguments) noexcept(std::is_nothrow_invocable_v<F&, A...>)
    {
        if (__atomic_load_n(&function_->armed, __ATOMIC_RELAXED) == 0) [[likely]]
            return std::invoke(target_, std::forward<A>(arguments)...);
        return strike_or_call(target_, std::forward<A>(arguments)...);
    }
    template <class... A>
    requires std::is_invocable_v<const F&, A...> std::invoke_result_t<const F&, A...>
    operator()(A&&... arguments) const noexcept(std::is_nothrow_invocable_v<const F&, A...>)
    {
        if (__atomic_load_n(&function_->armed, __ATOMIC_RELAXED) == 0) [[likely]]
            return std::invoke(target_, std::forward<A>(arguments)...);
        return strike_or_call(target_, std::forward<A>(arguments)...);
    }
    // NOLINTEND(bugprone-exception-escape)

private:
    template <class G, class... A>
    [[gnu::noinline]] std::invoke_result_t<G&, A...> strike_or_call(G& target, A&&... arguments) const
    {
        using R = std::invoke_result_t<G&, A...>;
        faultline_strike strike{};
        const bool struck = faultline_strikes(function_, &strike) != 0;
        if (struck && strike.type == FAULTLINE_CORRUPTION) {
            if constexpr (std::is_object_v<R> && std::is_move_constructible_v<R>) {
                R result = std::invoke(target, std::forward<A>(arguments)...);
                Draws draws(strike.draw);
                detail::damage(result, strike.rate, draws);
                return result;
            }
        } else if (struck && strike.type != FAULTLINE_PROCEED) {
            return instead<R>(strike);
        }
        return std::invoke(target, std::forward<A>(arguments)...);
    }

    /// What a struck call does in place of the real one.
    template <class R>
    R instead(const faultline_strike& strike) const
    {
        const auto what = "fault '" + std::string(strike.fault) + "' injected into " + name_;
        if (strike.type == FAULTLINE_TIMEOUT) throw TimeoutError(what + ": timed out");
        if (strike.type == FAULTLINE_EXCEPTION) {
            if (const auto raise = state_->raiser_of(strike.fault)) raise();
            if (strike.error != 0) throw std::system_error(strike.error, std::generic_category(), what);
            throw InjectedError(what);
        }
        const bool fails = strike.type == FAULTLINE_ERRNO;
        if (fails) errno = strike.error;
        if constexpr (std::is_void_v<R>) {
            if (!fails) return;
        } else if constexpr (std::is_pointer_v<R>) {
            if (strike.returns == 0) return nullptr;
        } else if constexpr (std::is_arithmetic_v<R> || std::is_enum_v<R>) {
            if (!fails || strike.has_returns != 0) return static_cast<R>(strike.returns);
            if constexpr (std::is_integral_v<R> && !std::is_same_v<R, bool>) return static_cast<R>(-1);
        }
        if (fails)
            throw std::system_error(strike.error, std::generic_category(), what); // it has no other way to say so
        throw std::logic_error(what + ": `returns` cannot become what it returns");
    }

    faultline_function* function_;
    F target_;
    std::shared_ptr<detail::State> state_;
    std::string name_;
};

/// Faults, the functions that they can strike, and what came of it. All of it may be used from any thread.
class Injector {
public:
    /// For functions of one's own. The same seed gives the same faults again.
    explicit Injector(std::uint64_t seed = 0)
        : Injector(faultline_present() ? faultline_new(seed) : nullptr, true, Where::everywhere)
    {}
    Injector(Injector&& other) noexcept = default;
    Injector& operator=(Injector&&) = delete;
    /// Its rules end here; functions that it has decorated may go on being called.
    ~Injector()
    {
        if (state_ != nullptr && state_->own) clear();
    }

    /// Whether there is a library to do the work.
    [[nodiscard]] bool active() const { return state_->injector != nullptr; }

    /// Throws std::invalid_argument that says what is wrong: an unknown errno, a name that is taken …
    void add(const FaultConfig& fault) { add(Faults(fault)); }
    void add(const Faults& faults)
    {
        if (!active()) return;
        detail::told([&](char* why, std::size_t room) {
            return faultline_add(state_->injector, faults.toml().c_str(), why, room);
        });
        state_->keep(faults, nullptr);
    }
    /// Whether there was a fault of this name among those that were added.
    bool remove(const std::string& name)
    {
        if (!active() || faultline_remove(state_->injector, name.c_str()) != 0) return false;
        state_->forget([&](const auto& raiser) { return raiser.scope == nullptr && raiser.fault == name; });
        return true;
    }
    /// Takes out all that was added, and ends what scopes do.
    void clear()
    {
        if (active()) faultline_clear(state_->injector);
    }
    void enable() { set_enabled(true); }
    /// Everything passes through; calls are still counted.
    void disable() { set_enabled(false); }
    /// Of what begins from now on.
    void seed(std::uint64_t seed)
    {
        if (active()) faultline_seed(state_->injector, seed);
    }

    /// The callable under a name that faults can strike it by: a function, a lambda, a member function, an object.
    template <class F>
    [[nodiscard]] Decorated<std::decay_t<F>> inject(std::string name, F&& target) const
    {
        auto* function = active() ? faultline_function_named(state_->injector, name.c_str()) : nullptr;
        if (function == nullptr) function = &detail::never_struck;
        return {state_, function, std::move(name), std::forward<F>(target)};
    }

    /// Faults for as long as the scope lives. Throws std::invalid_argument as add(). Scopes nest: the innermost is
    /// asked first, and what was added last. For whom: process() strikes the calling thread alone, an injector of one's
    /// own every thread, unless `where` says otherwise.
    Scope scope(const Faults& faults) const { return scope(faults, where_); }
    /// `skip`: `on` numbers the matches after so many.
    Scope scope(const Faults& faults, Where where, std::uint64_t skip = 0) const
    {
        if (!active()) return {state_, nullptr};
        auto* const scope = detail::told([&](char* why, std::size_t room) {
            return faultline_begin(state_->injector, faults.toml().c_str(), static_cast<int>(where), skip, why, room);
        });
        state_->keep(faults, scope);
        return {state_, scope};
    }

    /// Of all that it has ever done, its scopes included.
    [[nodiscard]] Stats stats() const
    {
        if (!active()) return {.json = "{}"};
        return detail::stats_of(faultline_injector_counts(state_->injector),
                                detail::whole([&](char* text, std::size_t room) {
                                    return faultline_injector_json(state_->injector, text, room);
                                }));
    }
    [[nodiscard]] std::vector<FaultEvent> events() const
    {
        if (!active()) return {};
        return detail::events_of([&](faultline_event* events, std::size_t room) {
            return faultline_injector_events(state_->injector, events, room);
        });
    }

private:
    friend Injector& process();
    Injector(faultline_injector* injector, bool own, Where where)
        : state_(std::make_shared<detail::State>(injector, own)), where_(where)
    {}
    void set_enabled(bool on)
    {
        if (active()) faultline_enable(state_->injector, on ? 1 : 0);
    }

    std::shared_ptr<detail::State> state_;
    Where where_;
};

/// The injector behind the libc calls of this process. It is active() where libfaultline.so is linked or preloaded.
inline Injector& process()
{
    static Injector injector(faultline_present() ? faultline_process() : nullptr, false, Where::thread);
    return injector;
}

} // namespace faultline

#include "each_failure.hpp"
