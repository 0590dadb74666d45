#include "api/injector.hpp"

#include "api/host.hpp"
#include "sys/syscalls.hpp"

#include <algorithm>
#include <pthread.h>
#include <utility>

namespace faultline::api {

constinit const Host* host = nullptr;

namespace {

constinit std::mutex mutex;
constinit faultline_link* idle_links = nullptr; // nodes are never freed: a signal handler may be looking at one

/// A child that is forked while another thread is in here must be able to come in.
void survive_forks()
{
    static constinit bool done = false;
    if (std::exchange(done, true)) return;
    engine::prepare_layers();
    pthread_atfork([] { mutex.lock(); }, [] { mutex.unlock(); }, [] { mutex.unlock(); });
}

} // namespace

Quiet::Quiet() noexcept : block_(host != nullptr ? host->suspend() : nullptr) { ++engine::suspended; }

Quiet::~Quiet()
{
    --engine::suspended;
    if (host != nullptr) host->resume(block_);
}

std::unique_lock<std::mutex> lock()
{
    std::unique_lock held(mutex);
    survive_forks();
    return held;
}

faultline_link& link_to(Box& box)
{
    auto* link = idle_links;
    if (link == nullptr)
        link = new faultline_link;
    else
        idle_links = link->idle_next;
    link->layer = &box;
    link->of_scope = false;
    box.users.fetch_add(1);
    link->next = engine::own_links.load();
    engine::own_links.store(link, std::memory_order_release);
    return *link;
}

/// Takes a link out of the calling thread's list; false where it is not in there.
bool unlink(faultline_link& link)
{
    auto* place = &engine::own_links;
    for (std::atomic<engine::Link*>* at = place; at->load() != nullptr; at = &at->load()->next) {
        if (at->load() != &link) continue;
        at->store(link.next.load());
        link.layer->users.fetch_sub(1);
        link.idle_next = idle_links;
        idle_links = &link;
        return true;
    }
    return false;
}

namespace {

/// Layers of injectors that are gone, which some thread still has in its list.
std::vector<Box*>& orphans()
{
    static constinit std::vector<Box*>* all = nullptr; // never destroyed, as little as the layers
    if (all == nullptr) all = new std::vector<Box*>;
    return *all;
}

void put_away_unused(std::vector<Box*>& boxes)
{
    std::erase_if(boxes, [](Box* box) {
        if (box->users.load(std::memory_order_acquire) != 0) return false;
        box->compiled->idle.push_back(box);
        return true;
    });
}

/// Scopes of the calling thread that another one has ended.
void drop_links_that_are_over()
{
    for (auto* link = engine::own_links.load(); link != nullptr;) {
        auto* const next = link->next.load();
        auto* const ours = static_cast<faultline_link*>(link);
        if (link->layer->over && ours->of_scope) unlink(*ours);
        link = next;
    }
}

} // namespace

} // namespace faultline::api

using namespace faultline;
using namespace faultline::api;

faultline_injector::faultline_injector(std::uint64_t seed) : own_(true), seed_(seed)
{
    const auto now = sys::now(CLOCK_REALTIME);
    born_s_ = now / 1'000'000'000;
    born_ns_ = now % 1'000'000'000;
    born_monotonic_ns_ = sys::now(CLOCK_MONOTONIC);
}

faultline_injector::faultline_injector() : faultline_injector(host->seed()) { own_ = false; }

Box& faultline_injector::start(const Compiled& compiled)
{
    sweep();
    retired_.reserve(retired_.size() + added_.size() + scopes_.size() + 1); // so that no end needs memory
    auto& box = take_box(compiled, {seed_, born_monotonic_ns_, enabled_});
    box.of = &layers();
    if (own_) {
        count_armed(box, 1);
    } else {
        host->arm(compiled.plan());
        engine::libc_layer_count.fetch_add(1);
    }
    return box;
}

/// Out of the list of those that hold for all threads.
void faultline_injector::take_out(Box& box)
{
    for (auto* place = &layers().first; place->load() != nullptr; place = &place->load()->next)
        if (place->load() == &box) {
            place->store(box.next.load());
            break;
        }
}

/// The caller has taken it out of the list it was in.
void faultline_injector::retire(Box& box)
{
    box.over = true;
    if (own_)
        count_armed(box, -1);
    else
        engine::libc_layer_count.fetch_sub(1);
    retired_.push_back(&box); // there is room, since start()
    try {
        sweep();
    } catch (const std::bad_alloc&) {
        // What it counted is in its record still, and is archived when there is memory.
    }
}

/// Who went through the list before a layer left it may still be looking at that; who came later cannot.
void faultline_injector::sweep()
{
    if (!orphans().empty()) put_away_unused(orphans());
    if (retired_.empty() || layers().judging.load() != 0) return;
    for (; archived_ < retired_.size(); ++archived_)
        archive_.add(*retired_[archived_]);
    put_away_unused(retired_);
    archived_ = retired_.size();
}

faultline_injector::~faultline_injector() { orphans().insert(orphans().end(), retired_.begin(), retired_.end()); }

void faultline_injector::count_armed(const Box& box, int by)
{
    for (auto& [name, function] : functions_)
        if (std::find(box.compiled->names.begin(), box.compiled->names.end(), function.hash) !=
            box.compiled->names.end())
            __atomic_fetch_add(&function.armed, static_cast<unsigned>(by), __ATOMIC_RELEASE);
}

bool faultline_injector::add(std::string_view faults, std::vector<std::string>& mistakes)
{
    const auto* const whole = compile(faults, own_, mistakes);
    if (whole == nullptr) return false;
    std::vector<const Compiled*> each{whole};
    if (whole->faults().size() > 1) {
        each.clear();
        for (const auto& table : tables_of(faults))
            if (const auto* one = compile(table, own_, mistakes)) each.push_back(one);
        if (each.size() != whole->faults().size()) {
            mistakes = {"several faults in one array cannot be removed one by one (write each as a [[fault]] table)"};
            return false;
        }
    }
    for (const auto* one : each)
        for (const auto* box : added_)
            if (box->compiled->name_of(0) == one->name_of(0)) {
                mistakes = {"the name '" + std::string(one->name_of(0)) +
                            "' is already taken (remove that fault first)"};
                return false;
            }
    for (const auto* one : each) { // to the end of the list: scopes are asked before
        auto& box = start(*one);
        added_.push_back(&box);
        auto* place = &layers().first;
        while (auto* const layer = place->load())
            place = &layer->next;
        place->store(&box);
    }
    return true;
}

bool faultline_injector::remove(std::string_view name)
{
    for (auto at = added_.begin(); at != added_.end(); ++at) {
        auto& box = **at;
        if (box.compiled->name_of(0) != name) continue;
        added_.erase(at);
        take_out(box);
        retire(box);
        return true;
    }
    return false;
}

void faultline_injector::clear()
{
    while (!added_.empty())
        remove(added_.back()->compiled->name_of(0));
    while (!scopes_.empty())
        end(*scopes_.back());
}

void faultline_injector::enable(bool on)
{
    enabled_ = on;
    for (auto* box : added_)
        box->record->enabled = on ? 1 : 0;
    for (auto* scope : scopes_)
        scope->box->record->enabled = on ? 1 : 0;
}

faultline_function* faultline_injector::function_named(std::string_view name)
{
    if (!own_) return nullptr;
    const auto [found, added] = functions_.try_emplace(std::string(name));
    auto& function = found->second;
    if (added) {
        function.hash = engine::hash(name);
        function.injector = this;
        const auto names = [&](const Box& box) {
            const auto& all = box.compiled->names;
            return std::find(all.begin(), all.end(), function.hash) != all.end() ? 1U : 0U;
        };
        unsigned armed = 0;
        for (const auto* box : added_)
            armed += names(*box);
        for (const auto* scope : scopes_)
            armed += names(*scope->box);
        function.armed = armed;
    }
    return &function;
}

faultline_scope* faultline_injector::begin(std::string_view faults, int where, std::uint64_t skip,
                                           std::vector<std::string>& mistakes)
{
    const bool off = (where & FAULTLINE_OFF) != 0;
    where &= ~FAULTLINE_OFF;
    const auto* const compiled = compile(faults, own_, mistakes);
    if (compiled == nullptr) return nullptr;
    drop_links_that_are_over();
    auto scope = std::make_unique<faultline_scope>();
    scopes_.reserve(scopes_.size() + 1);
    auto& box = start(*compiled);
    box.single = where != FAULTLINE_ALL;
    box.skip = skip;
    if (off) box.record->enabled = 0;
    for (std::size_t i = 0; i < compiled->faults().size(); ++i)
        box.record->totals()[i].matched = 0 - skip; // numbers below 1 are on no list
    scope->injector = this;
    scope->box = &box;
    scope->where = where;
    if (where == FAULTLINE_THREAD) {
        scope->thread = &engine::own_links;
        scope->link = &link_to(box);
        scope->link->of_scope = true;
    } else if (where == FAULTLINE_ALL) {
        box.next = layers().first.load();
        layers().first.store(&box);
    }
    scopes_.push_back(scope.get());
    return scope.release();
}

void faultline_injector::end(faultline_scope& scope)
{
    if (scope.box == nullptr) return;
    auto& box = *scope.box;
    // A thread that has ended, or is another one, keeps its link: it finds out by itself that the scope is over.
    if (scope.where == FAULTLINE_THREAD && scope.thread == &engine::own_links) unlink(*scope.link);
    if (scope.where == FAULTLINE_ALL) take_out(box);
    scope.box = nullptr;
    std::erase(scopes_, &scope);
    retire(box);
}

Tally faultline_injector::tally() const
{
    auto all = archive_;
    for (const auto* box : added_)
        all.add(*box);
    for (const auto* scope : scopes_)
        all.add(*scope->box);
    for (std::size_t i = archived_; i < retired_.size(); ++i)
        all.add(*retired_[i]);
    return all;
}
