// SPDX-License-Identifier: Apache-2.0
// Everything that is to be shown of a pipeline at one moment, as plain numbers. Taken from its segments
// without a lock, a signal or a write; what is made of it (rates, shares, views) never looks into the
// segments. A number that a damaged segment says is shown as it is: nothing here trusts one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "common/core/metrics.hpp"
#include "common/core/segments/segments.hpp"
#include "common/shm/histogram.hpp"
#include "observer/see/ledger_condition.hpp"
#include "observer/see/process_state.hpp"
#include "observer/see/snapshot.hpp"
#include "observer/see/source_condition.hpp"

namespace pipeline {

struct Deaths {
    std::uint64_t count = 0;
    std::uint64_t last_ns = 0;  // when the last one was; 0: none
    std::string last_cause;     // "killed by signal 9 (SIGKILL)"
};

struct ProcessObservation {
    std::uint32_t pid = 0;
    ProcessState state = ProcessState::Absent;
    std::uint64_t private_bytes = 0;
    TimeSpent time;
    Deaths deaths;
};

// What a consumer is working on.
struct CurrentInvoice {
    std::string id;
    std::uint32_t attempt = 0;
    // Since when, and with it those of the same claim whose results are not saved yet: slow invoices are
    // claimed one by one.
    std::uint64_t since_ns = 0;
};

struct ConsumerObservation : ProcessObservation {
    std::uint16_t place = 0;
    std::uint64_t items = 0;    // whose results have been saved, by all that the place has had
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
    Starting,  // there is a supervisor and none of its children yet
    Running,
    Draining,  // the source gives nothing more, and what there is is worked off
    Stopped,   // every process is: nothing moves until they go on
    Dead,      // no process is left: the next start adopts the segments
    Unknown,   // its processes belong to another pid namespace, and nothing says whether they live
    Finished   // drained and gone; seen for the last time
};

struct Observation {
    WallClock at;             // when it was taken
    std::uint64_t at_ns = 0;  // the same, monotonic
    std::string source;
    std::string ledger;
    std::uint64_t generation = 0;
    PipelineState state = PipelineState::Dead;
    bool is_source_exhausted = false;  // it has ended; one that is watched for more has not
    bool is_paused = false;            // the source, by a signal to the supervisor
    std::uint64_t expected = 0;        // that a finite source gives in all; 0: not known
    std::uint64_t ring_capacity = 0;
    std::uint64_t storage_capacity = 0;
    LiveFlow live;
    std::uint64_t released = 0;  // of the durable ones, what the source knows of
    // What cannot be younger than the last movement: when the newest item came in, and the newest result.
    std::uint64_t last_acquired_ns = 0;
    std::uint64_t last_saved_ns = 0;
    // When the oldest invoice that is not durable was acquired; none: there is none.
    std::optional<std::uint64_t> oldest_acquired_ns;
    // The same of those that wait for a consumer, in ring and hands.
    std::optional<std::uint64_t> oldest_unsaved_ns;
    Histogram under_way;                // how long those that are not durable have been under way
    std::uint64_t failed_in_a_row = 0;  // of the newest durable ones, as far as they can be seen
    LedgerCondition ledger_condition;
    SourceCondition source_condition;
    SupervisorObservation supervisor;
    ProcessObservation producer;
    // Those that run, and those that left something: in the order of their places.
    std::vector<ConsumerObservation> consumers;
    std::uint64_t consumer_deaths = 0;  // of all places, those that are not in use any more too
    // Of all places, since the segments were made.
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

// How long to try for a flow of one moment before one of a few microseconds has to do.
inline constexpr std::chrono::milliseconds kPatience{3};

// How many of the newest outcomes are looked at.
inline constexpr std::uint64_t kFailuresLookedAt = 20;

// Looks now; `segments` are attached read-only.
[[nodiscard]] Observation observe_segments(const Segments& segments);
// The same without the names of source and ledger, and whether the source has ended; `reach` as of the
// segments.
[[nodiscard]] Observation observe_areas(const Ring& ring, const Storage& storage, const MetricsArea& metrics,
                                        Reach reach = Reach::Here);

// "starting", "running", "draining", "stopped", "dead", "unknown", "finished".
[[nodiscard]] std::string_view to_text(PipelineState state) noexcept;

// Of an activity: "working", "waiting_for_input", "waiting_for_room", "flushing".
[[nodiscard]] std::string_view to_text(Activity activity) noexcept;

}  // namespace pipeline
