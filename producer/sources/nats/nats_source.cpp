// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/nats/nats_source.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "common/base/log.hpp"
#include "common/base/printable.hpp"
#include "producer/sources/nats/nats_open.hpp"
#include "producer/sources/readiness.hpp"
#include "producer/sources/work_bound.hpp"

namespace pipeline {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr std::size_t kMostBytes = std::size_t{1} << 20U;  // of one batch, but at least one item
// Messages are asked for as long as somebody wants some: if nobody calls for this time, those that are here
// go back.
constexpr milliseconds kWanted{1000};
// While the server waits for acknowledgements, durable records are looked for so often.
constexpr milliseconds kCrowdedWait{5};
constexpr milliseconds kServeEvery{200};
constexpr milliseconds kLastMessages{1000};

NatsPlan plan_of(const SourceSpec& spec, const Resume& resume, bool once, const SourceContext& context) {
    NatsPlan plan;
    plan.address = spec.nats;
    plan.settings = nats_settings(process_environment());
    plan.once = once;
    plan.is_first = resume.acquired == 0;
    plan.progress = context.progress;
    for (const std::uint64_t position : resume.in_flight) {
        if (!resume.given_again.contains(position)) plan.held.push_back(position);
    }
    plan.accepted = context.mark.get();
    return plan;
}

}  // namespace

std::unique_ptr<Source> open_nats_source(const SourceSpec& spec, const Resume& resume, bool once,
                                         const SourceContext& context) {
    return std::make_unique<NatsSource>(spec, resume, once, context);
}

NatsSource::NatsSource(const SourceSpec& spec, const Resume& resume, bool once, const SourceContext& context)
    : address_(spec.nats),
      name_(printable(spec.name())),
      once_(once),
      body_max_(context.body_max),
      report_(context.report),
      ledger_(context.ledger),
      mark_(context.mark),
      batch_max_(context.batch_max),
      progress_(context.progress),
      is_fresh_(resume.acquired == 0),
      link_(plan_of(spec, resume, once, context), context.end_patience) {
    for (const std::uint64_t position : resume.in_flight) {
        const auto again = resume.given_again.find(position);
        const bool is_held = again == resume.given_again.end();
        flights_.insert(position).first = {is_held, is_held ? 0 : again->second | 1U};
    }
    NatsState& state = link_.state();
    const std::lock_guard lock(state.mutex);
    state.wanted_until = NatsState::Clock::now() + kWanted;
    state.wake.notify_one();
}

std::size_t NatsSource::acquire(std::span<Item> items) {
    bytes_.clear();
    report();
    accept_stream();
    std::size_t count = 0;
    NatsState& state = link_.state();
    const std::lock_guard lock(state.mutex);
    if (state.failure) throw Failure(*state.failure);
    const auto now = NatsState::Clock::now();
    if (once_ && !state.trouble.empty() && now - state.trouble_since > kMostTrouble)
        throw Failure(ExitStatus::NoInput, state.trouble);
    if (is_stopped_) give_back_unpushed();
    given_.clear();
    const bool was_wanted = now < std::exchange(state.wanted_until, now + kWanted);
    if (!was_wanted) state.wake.notify_one();
    state.handed = 0;
    state.most_wanted = items.size() < batch_max_ ? items.size() : WorkBound::kMost;
    while (count < items.size() && bytes_.size() < kMostBytes && !state.incoming.empty()) {
        const NatsState::Incoming message = std::move(state.incoming.front());
        state.incoming.pop_front();
        state.incoming_bytes -= message.data.size();
        if (take(message, items[count])) {
            ++count;
            given_.push_back(message.delivery.sequence);
        } else if (const Flight* flight = flights_.find(message.delivery.sequence); !flight->is_held) {
            state.done.push_back({message.delivery.sequence, NatsState::Done::What::Drop});
        }
    }
    state.handed = count;
    state.is_emptied = is_stopped_ && count == 0;
    pushed_before_ = progress_().pushed;
    return count;
}

// Returns true if the message gives an item. The caller holds the state's mutex.
bool NatsSource::take(const NatsState::Incoming& message, Item& item) {
    const std::string id = message.id.empty() ? usual_id(address_, message.delivery) : message.id;
    // 0 stands for an id that is not known.
    const std::uint64_t hash = hash_of(id) | 1U;
    const auto [flight, is_new] = flights_.insert(message.delivery.sequence);
    if (!is_new) {
        // It is delivered again while it is in the pipeline: its receipt answers for all deliveries. Another
        // id means another message, of a stream that was made anew: the receipt to come is not for that.
        flight.is_held = flight.id_hash == 0 || flight.id_hash == hash;
        return false;
    }
    flight = {true, hash};
    // There is always a body, if an empty one: an id that a stranger has chosen must not name a file here.
    item.set_id_and_body(id, message.data, body_max_, bytes_);
    if (item.id_unusable()) {
        auto& unusable = report_->numbers().unusable_ids;
        unusable.store(unusable.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }
    item.position.store(message.delivery.sequence, std::memory_order_relaxed);
    item.extent.store(0, std::memory_order_relaxed);
    return true;
}

// The stream may have been made anew under its old name. Then nothing is taken from it before the pipeline
// has finished what is of the old one, which cannot be acknowledged any more.
void NatsSource::accept_stream() {
    NatsState& state = link_.state();
    const std::lock_guard lock(state.mutex);
    if (!state.stream || state.stream == state.accepted) return;
    if (!flights_.empty() || !state.incoming.empty()) {
        if (std::exchange(is_other_stream_told_, true)) return;
        log(LogLevel::Warning,
            "{}: the stream was made anew: {} invoices of the old one are finished first, and not "
            "acknowledged",
            name_, flights_.size() + state.incoming.size());
        return;
    }
    // A kill before this line leaves the old mark and an empty pipeline: the next producer does the same.
    mark_.set(*state.stream);
    is_other_stream_told_ = false;
    state.done.clear();
    state.accepted = state.stream;
    state.wake.notify_one();
}

bool NatsSource::exhausted() const {
    const NatsState& state = link_.state();
    const std::lock_guard lock(state.mutex);
    if (is_stopped_) return state.incoming.empty();
    return once_ ? state.is_over : state.incoming.empty() && state.pending == 0;
}

// Messages that were delivered already are still taken: they are few, and a server may let what is given back
// wait for its ack_wait. So this waits for the last of them, which takes as long as a round trip to the
// server.
void NatsSource::stop() {
    is_stopped_ = true;
    NatsState& state = link_.state();
    std::unique_lock lock(state.mutex);
    give_back_unpushed();
    state.is_stopped = true;
    state.handed = 0;
    state.wake.notify_one();
    const auto until = NatsState::Clock::now() + kLastMessages;
    while (!state.has_let_go && !state.has_finished) {
        const auto left = std::chrono::ceil<milliseconds>(until - NatsState::Clock::now());
        if (left <= milliseconds(0)) return;
        lock.unlock();
        static_cast<void>(wait_readable(state.event.get(), -1, left));
        lock.lock();
        state.clear_event();
    }
}

// During a stop, a push that finds the ring full leaves the rest of its items out. The caller holds the
// state's mutex.
void NatsSource::give_back_unpushed() {
    const std::uint64_t pushed = progress_().pushed - pushed_before_;
    for (std::size_t i = std::min<std::uint64_t>(pushed, given_.size()); i < given_.size(); ++i) {
        flights_.erase(given_[i]);
        link_.state().done.push_back({given_[i], NatsState::Done::What::GiveBack});
    }
    given_.clear();
}

void NatsSource::wait(int signal_fd, milliseconds bound) {
    NatsState& state = link_.state();
    {
        const std::lock_guard lock(state.mutex);
        state.handed = 0;
        if (!state.incoming.empty() && !is_stopped_) return;
        if (state.is_crowded && !flights_.empty()) bound = std::min(bound, kCrowdedWait);
        state.wanted_until = NatsState::Clock::now() + bound + kWanted;
    }
    if (wait_readable(state.event.get(), signal_fd, bound)) state.clear_event();
}

nanoseconds NatsSource::serve() {
    {
        NatsState& state = link_.state();
        const std::lock_guard lock(state.mutex);
        state.handed = 0;
    }
    report();
    return kServeEvery;
}

// Tells observers and the log how the connection is.
void NatsSource::report() {
    NatsState& state = link_.state();
    std::string trouble;
    std::string server;
    std::vector<std::string> concerns;
    bool is_back = false;
    bool is_new = false;
    {
        const std::lock_guard lock(state.mutex);
        is_new = std::exchange(troubles_told_, state.troubles) != state.troubles;
        is_back = std::exchange(sessions_told_, state.sessions) != state.sessions;
        trouble = state.trouble;
        server = state.name_of_server;
        concerns.swap(state.concerns);
    }
    if (!trouble.empty() && is_new) {
        report_->set(SourceState::Unreadable, trouble);
        warning_.tell(trouble.substr(0, trouble.find(':')),
                      fmt::format("{}: {}; it is tried again", name_, trouble));
    }
    if (trouble.empty()) report_->clear(SourceState::Unreadable);
    if (is_back) log(LogLevel::Notice, "{}: connected to NATS at {}", name_, server);
    if (!is_fresh_) return;
    for (const std::string& concern : concerns) log(LogLevel::Warning, "{}: {}", name_, concern);
}

void NatsSource::acknowledge(const Receipt& receipt) {
    Flight* const flight = flights_.find(receipt.position);
    if (flight == nullptr) return;
    if (flight->is_held) {
        NatsState& state = link_.state();
        const std::lock_guard lock(state.mutex);
        state.done.push_back({receipt.position, NatsState::Done::What::Acknowledge});
        if (state.done.size() == 1) state.wake.notify_one();
    }
    flights_.erase(receipt.position);
}

// Its message was acknowledged when the row began to wait. If that was lost, the message comes again, and
// waits for the receipt of this.
Source::BringBack NatsSource::bring_back(std::string_view id, std::uint64_t position) {
    const auto [flight, is_new] = flights_.insert(position);
    if (!is_new) return BringBack::NotYet;
    flight = {false, hash_of(id) | 1U};
    return BringBack::Ready;
}

}  // namespace pipeline
