// SPDX-License-Identifier: Apache-2.0
// Whether a pipeline does what it is there for, as a monitor asks it: yes, or in which state it is instead
// and why. The states are in docs/observer.md, with what to do in each.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "observer/see/observation.hpp"

namespace pipeline {

// From the gravest on: of several that hold, the first one is told.
enum class HealthState : std::uint8_t {
    Absent,          // there is no pipeline that can be looked at
    Finished,        // drained and gone
    Dead,            // no process is left
    Stopped,         // every process is stopped
    Unknown,         // nobody can tell from here whether any lives, and nothing moves
    ProcessDead,     // one is, and is not replaced
    ProcessStopped,  // one is, and something waits for it
    LedgerFails,     // commits fail
    NotStored,       // results wait, and no commit comes
    Standstill,      // invoices wait for consumers, and nobody works on one
    SourceGone,
    SourceReplaced,
    SourceUnreadable,
    CannotMove,
    NothingIsTaken,
    AllFail,  // the last invoices, each of them
    Paused,   // the source, by a signal to the supervisor
    Fine
};

struct Health {
    // So long nothing may move, or be stored, while there is something to do, and so long may a commit or a
    // look at the source fail.
    static constexpr std::chrono::seconds kPatience{10};
    // So many invoices in a row that fail are not the invoices' fault.
    static constexpr std::uint64_t kAllFail = kFailuresLookedAt;

    bool is_good = true;  // Fine, and no other
    std::string reason;   // one sentence: why not
    HealthState state = HealthState::Fine;

    // `earlier`: what was dead or stopped then and is still has not been helped, if that is a second ago or
    // longer. `worked_ns`: when an invoice that was acquired got further for the last time.
    [[nodiscard]] static Health of(const Observation& earlier, const Observation& now,
                                   std::uint64_t worked_ns);
    [[nodiscard]] static Health bad(HealthState state, std::string reason) {
        return {false, std::move(reason), state};
    }
};

// "fine", "absent", "ledger_fails" ...
[[nodiscard]] std::string_view to_text(HealthState state) noexcept;

}  // namespace pipeline
