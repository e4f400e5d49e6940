// SPDX-License-Identifier: Apache-2.0
#include "observer/see/observation.hpp"

#include <algorithm>
#include <utility>

#include "common/shm/loaded.hpp"
#include "common/spec/source_spec.hpp"
#include "observer/see/ages.hpp"
#include "observer/see/current_invoice.hpp"
#include "observer/see/failures.hpp"
#include "observer/see/item_timeout.hpp"

namespace pipeline {
namespace {

std::string cause_text(std::uint32_t encoded) {
    const Cause cause = Cause::decode(encoded);
    // The value of --item-timeout is not in shared memory: name the option instead.
    if (cause.encode() == Cause::ran_too_long().encode()) return "ran longer than --item-timeout";
    return cause.text(std::chrono::nanoseconds(0));
}

Deaths deaths_of(const DeathMetrics& metrics) {
    Deaths deaths{loaded(metrics.count), loaded(metrics.last_ns), {}};
    if (deaths.count != 0) deaths.last_cause = cause_text(loaded(metrics.last_cause));
    return deaths;
}

void observe_process(ProcessObservation& process, const ActivityArea& activity, const DeathMetrics& deaths,
                     ProcessId named, Reach reach, std::uint64_t now_ns) {
    process.pid = named.pid;
    process.state = process_state(named, reach);
    process.private_bytes = private_bytes(named, process.state);
    process.time = TimeSpent::of(activity, may_live(process.state), now_ns);
    process.deaths = deaths_of(deaths);
}

SupervisorObservation observe_supervisor(const SupervisorMetrics& metrics, Reach reach) {
    SupervisorObservation supervisor;
    const ProcessId named = ProcessId::unpack(loaded(metrics.process));
    supervisor.pid = named.pid;
    supervisor.state = process_state(named, reach);
    supervisor.private_bytes = private_bytes(named, supervisor.state);
    supervisor.wanted_consumers = loaded(metrics.consumers);
    supervisor.least_consumers = loaded(metrics.least);
    supervisor.most_consumers = loaded(metrics.most);
    supervisor.started_ns = loaded(metrics.started_ns);
    return supervisor;
}

void observe_places(Observation& seen, const RingView& ring, const MetricsArea& metrics, Reach reach) {
    for (std::size_t place = 0; place < kMaxPlaces; ++place) {
        const PlaceMetrics& counted = metrics.places[place];
        const HandView hand = ring.hand(place);
        const ProcessId named = ProcessId::unpack(loaded(hand.area().process));
        const HandWord word = hand.word();
        const std::uint64_t items = loaded(counted.items);
        seen.consumer_deaths += loaded(counted.deaths.count);
        if (items != 0) {
            seen.waiting += Histogram(counted.waiting);
            seen.processing += Histogram(counted.processing);
        }
        if (named.pid == 0 && word.empty()) continue;
        ConsumerObservation consumer;
        observe_process(consumer, counted.activity, counted.deaths, named, reach, seen.at_ns);
        consumer.place = static_cast<std::uint16_t>(place);
        consumer.items = items;
        consumer.in_hand = word.empty() ? 0 : word.count - word.done;
        consumer.invoice = current_invoice(hand);
        seen.consumers.push_back(std::move(consumer));
    }
}

std::optional<double> item_timeout(const std::vector<ConsumerObservation>& consumers) {
    const auto running = std::find_if(consumers.begin(), consumers.end(), [](const auto& each) {
        return each.state == ProcessState::Running || each.state == ProcessState::Stopped;
    });
    return running == consumers.end() ? std::nullopt : item_timeout_of(running->pid);
}

// Fills in the ages of all invoices that are not durable yet.
void observe_ages(Observation& seen, const RingView& ring, const StorageView& storage) {
    Ages ages = Ages::of(ring, storage, seen.flow(), seen.at_ns);
    seen.oldest_acquired_ns = ages.oldest_ns;
    seen.oldest_unsaved_ns = ages.oldest_unsaved_ns;
    seen.under_way = std::move(ages.under_way);
}

PipelineState state_of(const Observation& seen, bool is_closing, Reach reach) noexcept {
    const auto any = [&seen](ProcessState state) {
        return seen.producer.state == state ||
               std::any_of(seen.consumers.begin(), seen.consumers.end(),
                           [state](const ConsumerObservation& each) { return each.state == state; });
    };
    if (reach == Reach::Elsewhere) return PipelineState::Unknown;
    const bool are_some_alive = reach == Reach::AliveElsewhere && any(ProcessState::Unknown);
    if (any(ProcessState::Running) || are_some_alive)
        return is_closing ? PipelineState::Draining : PipelineState::Running;
    if (any(ProcessState::Stopped)) return PipelineState::Stopped;
    if (seen.supervisor.state == ProcessState::Stopped) return PipelineState::Stopped;
    if (seen.supervisor.state != ProcessState::Running && reach != Reach::AliveElsewhere)
        return PipelineState::Dead;
    return is_closing ? PipelineState::Draining : PipelineState::Starting;
}

std::uint64_t oldest_byte(const RingView& ring) noexcept {
    std::uint64_t from = 0;
    return ring.oldest_byte(from).value_or(ring.bytes_tail());
}
std::uint64_t oldest_byte(const StorageView& storage) noexcept {
    std::uint64_t from = 0;
    return storage.oldest_byte(from);
}

// Reads a segment that others write: the numbers are a few microseconds apart.
template <class View>
BytesInUse bytes_in_use(const View& view) noexcept {
    const std::uint64_t capacity = view.bytes().capacity();
    const std::uint64_t before = view.bytes_tail();
    if (before == 0) return {0, capacity};  // there were never any: spare the search
    const std::uint64_t oldest = oldest_byte(view);
    const std::uint64_t tail = view.bytes_tail();
    return {oldest < tail ? std::min(tail - oldest, capacity) : 0, capacity};
}

// True if the source has ended. A spool or a list may get more entries, so it has ended only if the ring is
// closed as well, as it is with `--once`: then the producer can push nothing more.
bool has_ended(std::string_view source, const RingView& ring) noexcept {
    const SourceTraits* traits = source_traits_of(source);
    const bool is_certain = traits != nullptr && traits->end == SourceTraits::End::Certain;
    const bool may_end = is_certain || ring.closed();
    return may_end && loaded(ring.area().exhausted) != 0;
}

}  // namespace

Observation observe_areas(const RingView& ring, const StorageView& storage, const MetricsArea& metrics,
                          Reach reach) {
    Observation seen;
    seen.at_ns = monotonic_ns();
    seen.at = WallClock(wall_us(), seen.at_ns);
    seen.generation = ring.area().header.generation;
    seen.is_paused = loaded(ring.area().paused) != 0;
    seen.expected = loaded(ring.area().expected);
    seen.ring_capacity = ring.capacity();
    seen.storage_capacity = storage.capacity();
    seen.ring_bytes = bytes_in_use(ring);
    seen.storage_bytes = bytes_in_use(storage);
    seen.released = storage.released();
    seen.live = look_at_flow(ring, storage, kPatience);
    if (seen.flow().acquired != 0)
        seen.last_acquired_ns = loaded_plain(ring.slot(seen.flow().acquired - 1).acquired_ns);
    if (seen.flow().saved != 0)
        seen.last_saved_ns = loaded_plain(storage.record(seen.flow().saved - 1).saved_ns);
    seen.supervisor = observe_supervisor(metrics.supervisor, reach);
    observe_process(seen.producer, metrics.producer.activity, metrics.producer.deaths,
                    ProcessId::unpack(loaded(ring.area().producer_process)), reach, seen.at_ns);
    observe_places(seen, ring, metrics, reach);
    seen.item_timeout_seconds = item_timeout(seen.consumers);
    seen.until_durable = Histogram(metrics.until_durable);
    observe_ages(seen, ring, storage);
    seen.failed_in_a_row = failures_in_a_row(storage, seen.flow(), kFailuresLookedAt);
    seen.ledger_condition = look_at_ledger(metrics, storage, seen.flow());
    seen.source_condition = look_at_source(metrics.source);
    seen.state = state_of(seen, ring.stop_requested() || ring.closed(), reach);
    return seen;
}

Observation observe_segments(const SegmentsView& segments) {
    Observation seen =
        observe_areas(segments.ring(), segments.storage(), segments.metrics(), reach_of(segments));
    seen.source = segments.source();
    seen.ledger = segments.ledger();
    seen.is_source_exhausted = has_ended(seen.source, segments.ring());
    return seen;
}

std::string_view to_text(PipelineState state) noexcept {
    switch (state) {
        case PipelineState::Starting:
            return "starting";
        case PipelineState::Running:
            return "running";
        case PipelineState::Draining:
            return "draining";
        case PipelineState::Stopped:
            return "stopped";
        case PipelineState::Dead:
            break;
        case PipelineState::Unknown:
            return "unknown";
        case PipelineState::Finished:
            return "finished";
    }
    return "dead";
}

std::string_view to_text(Activity activity) noexcept {
    switch (activity) {
        case Activity::Working:
            break;
        case Activity::WaitingForInput:
            return "waiting_for_input";
        case Activity::WaitingForRoom:
            return "waiting_for_room";
        case Activity::Flushing:
            return "flushing";
    }
    return "working";
}

}  // namespace pipeline
