// SPDX-License-Identifier: Apache-2.0
// An observation: all that the views show of a pipeline at one moment, as plain numbers. The observer reads
// it from the segments without a lock, a signal or a write. Rates, shares and views are derived from
// observations and never read the segments. The numbers of a damaged segment are shown as they are: nothing
// here trusts a number.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "common/core/metrics.hpp"
#include "common/core/segments/segments_view.hpp"
#include "common/shm/histogram.hpp"
#include "observer/see/ledger_condition.hpp"
#include "observer/see/process_state.hpp"
#include "observer/see/snapshot.hpp"
#include "observer/see/source_condition.hpp"

namespace pipeline {

struct Deaths {
    std::uint64_t count = 0;
    std::uint64_t last_ns = 0;  // time of the last death; 0: none
    std::string last_cause;     // "killed by signal 9 (SIGKILL)"
};

struct ProcessObservation {
    std::uint32_t pid = 0;
    ProcessState state = ProcessState::Absent;
    std::uint64_t private_bytes = 0;
    TimeSpent time;
    Deaths deaths;
};

// The invoice that a consumer is working on.
struct CurrentInvoice {
    std::string id;
    std::uint32_t attempt = 0;
    // When the consumer began to work on its present batch, which this invoice belongs to. For a slow invoice
    // that is its own start, because slow invoices are claimed one by one (ClaimSize).
    std::uint64_t since_ns = 0;
};

struct ConsumerObservation : ProcessObservation {
    std::uint16_t place = 0;
    std::uint64_t items = 0;    // results saved by all consumers that this place has had
    std::uint64_t in_hand = 0;  // claimed and not saved
    std::optional<CurrentInvoice> invoice;
};

struct SupervisorObservation {
    std::uint32_t pid = 0;
    ProcessState state = ProcessState::Absent;
    std::uint64_t private_bytes = 0;
    std::uint32_t wanted_consumers = 0;
    std::uint32_t least_consumers = 0;
    std::uint32_t most_consumers = 0;
    std::uint64_t started_ns = 0;
};

enum class PipelineState : std::uint8_t {
    Starting,  // a supervisor without children yet
    Running,
    Draining,  // the source gives nothing more, consumers finish the rest
    Stopped,   // every process is stopped: nothing moves until they continue
    Dead,      // no process is left: the next start adopts the segments
    Unknown,   // its processes are in another pid namespace, and may be dead or alive
    Finished   // drained and gone; this is the last observation
};

// The bytes of a byte area (byte_area.hpp) that are in use, padding included.
struct BytesInUse {
    std::uint64_t used = 0;
    std::uint64_t capacity = 0;
    // Returns the share of the area that is in use, 0..1.
    [[nodiscard]] double share() const noexcept {
        return capacity == 0 ? 0 : static_cast<double>(used) / static_cast<double>(capacity);
    }
};

struct Observation {
    WallClock at;             // time of the observation
    std::uint64_t at_ns = 0;  // time of the observation, monotonic
    std::string source;
    std::string ledger;
    std::uint64_t generation = 0;
    PipelineState state = PipelineState::Dead;
    bool is_source_exhausted = false;  // the source has ended, and can give no more
    bool is_paused = false;            // a signal to the supervisor paused the source
    std::uint64_t expected = 0;        // total of a finite source; 0: unknown
    std::uint64_t ring_capacity = 0;
    std::uint64_t storage_capacity = 0;
    BytesInUse ring_bytes;     // of bodies and long ids that are not processed
    BytesInUse storage_bytes;  // of results and long ids whose receipts the source has not got
    LiveFlow live;
    std::uint64_t released = 0;  // durable records that the producer has acknowledged to the source
    // When the newest item was acquired, and when the newest result was saved (monotonic; 0: never). Other
    // movements, such as a commit, may be later.
    std::uint64_t last_acquired_ns = 0;
    std::uint64_t last_saved_ns = 0;
    // When the oldest invoice that is not durable was acquired; none: all are durable.
    std::optional<std::uint64_t> oldest_acquired_ns;
    // When the oldest invoice in the ring or in a hand was acquired; none: all results are saved.
    std::optional<std::uint64_t> oldest_unsaved_ns;
    Histogram under_way;                // ages of the invoices that are not durable
    std::uint64_t failed_in_a_row = 0;  // how many of the newest durable records failed in a row
    LedgerCondition ledger_condition;
    SourceCondition source_condition;
    SupervisorObservation supervisor;
    ProcessObservation producer;
    // In the order of places: one for each place that has a consumer, or invoices left in its hand.
    std::vector<ConsumerObservation> consumers;
    std::optional<double> item_timeout_seconds;  // of a consumer's command line; none: no limit, or unknown
    std::uint64_t consumer_deaths = 0;           // of all places, including those without a consumer now
    // The latencies of all invoices since the segments were created.
    Histogram waiting;
    Histogram processing;
    Histogram until_durable;

    [[nodiscard]] const Flow& flow() const noexcept { return live.flow; }
    [[nodiscard]] std::uint64_t in_storage() const noexcept {
        return flow().saved > flow().durable ? flow().saved - flow().durable : 0;
    }
    [[nodiscard]] std::uint64_t in_flight() const noexcept {
        return flow().acquired > flow().durable ? flow().acquired - flow().durable : 0;
    }
};

// How long to try to read an exact Flow. After that, the observation takes one whose numbers were read a few
// microseconds apart (look_at_flow()).
inline constexpr std::chrono::milliseconds kPatience{3};

// How many of the newest outcomes are read to find failures in a row.
inline constexpr std::uint64_t kFailuresLookedAt = 20;

// Observes the pipeline now; `segments` are attached read-only.
[[nodiscard]] Observation observe_segments(const SegmentsView& segments);
// As observe_segments(), but leaves the texts of source and ledger empty, and is_source_exhausted false.
// `reach`: the result of reach_of() for these segments.
[[nodiscard]] Observation observe_areas(const RingView& ring, const StorageView& storage,
                                        const MetricsArea& metrics, Reach reach = Reach::Here);

// Returns "starting", "running", "draining", "stopped", "dead", "unknown" or "finished".
[[nodiscard]] std::string_view to_text(PipelineState state) noexcept;

// Returns "working", "waiting_for_input", "waiting_for_room" or "flushing".
[[nodiscard]] std::string_view to_text(Activity activity) noexcept;

}  // namespace pipeline
