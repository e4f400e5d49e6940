// SPDX-License-Identifier: Apache-2.0
// Answers a monitor's question: does the pipeline do its work? If not, names its state and the reason.
// docs/observer.md lists the states, and what to do in each.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "observer/see/observation.hpp"

namespace pipeline {

// The states, gravest first. If several apply, the first of them is reported.
enum class HealthState : std::uint8_t {
    Absent,          // no pipeline can be observed
    Finished,        // drained and gone
    Dead,            // no process is left
    Stopped,         // every process is stopped
    Unknown,         // nothing moves, and the processes are in another pid namespace
    ProcessDead,     // a process died and was not replaced
    ProcessStopped,  // a process is stopped, and something waits for it
    LedgerFails,     // commits fail
    NotStored,       // results wait, but nobody commits
    Standstill,      // invoices wait for consumers, but nobody works on one
    SourceGone,
    SourceReplaced,
    SourceUnreadable,
    SourceHeld,  // attempt after attempt fails, so nothing is taken until one succeeds
    CannotMove,
    NothingIsTaken,
    AllFail,  // every one of the last invoices failed
    Paused,   // a signal to the supervisor paused the source
    Fine
};

struct Health {
    // These faults are reported once they have lasted this long: nothing moves or is stored although there is
    // work, commits fail, or the source cannot be read.
    static constexpr std::chrono::seconds kPatience{10};
    // If this many invoices in a row fail, the cause is probably not the invoices: of() reports AllFail.
    static constexpr std::uint64_t kAllFail = kFailuresLookedAt;

    bool is_good = true;  // true only in the state Fine
    std::string reason;   // why the pipeline is not good, in one sentence
    HealthState state = HealthState::Fine;

    // Judges `now`. If `earlier` is at least a second older, a process that is dead or stopped in both
    // observations counts as a fault. `worked_ns`: when an acquired invoice last made progress.
    [[nodiscard]] static Health of(const Observation& earlier, const Observation& now,
                                   std::uint64_t worked_ns);
    [[nodiscard]] static Health bad(HealthState state, std::string reason) {
        return {false, std::move(reason), state};
    }
};

// Returns the name of the state for monitors: "fine", "absent", "ledger_fails" ...
[[nodiscard]] std::string_view to_text(HealthState state) noexcept;

}  // namespace pipeline
