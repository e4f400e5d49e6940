// SPDX-License-Identifier: Apache-2.0
// The states of the processes that are registered in shared memory. A pid identifies a process only together
// with its start time, and only in its own pid namespace: in any other one (another container, or the host)
// the same number is another process. From another namespace, the observer can tell only whether any process
// has the segments open, but not which process.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/core/segments/segments_view.hpp"
#include "common/os/process_id.hpp"

namespace pipeline {

enum class ProcessState : std::uint8_t {
    Absent,   // not started yet, or ended in good order
    Running,  // running or asleep: it can continue
    Stopped,  // by a signal or a debugger
    Dead,     // dead, but still registered in the segments
    Unknown,  // in another pid namespace, where some process of its generation may live
};

// True if the process lives, or may live.
[[nodiscard]] constexpr bool may_live(ProcessState state) noexcept {
    return state == ProcessState::Running || state == ProcessState::Stopped || state == ProcessState::Unknown;
}

// How much of a pipeline's processes is visible from here.
enum class Reach : std::uint8_t {
    Here,            // all of them: they are in this pid namespace
    DeadElsewhere,   // they were in another one, and none is left
    AliveElsewhere,  // they are in another one, and some live
    Elsewhere,       // they are in another one, and the system does not tell whether any lives
};

// Returns how much is visible of the processes that use these segments. `segments` are attached read-only.
[[nodiscard]] Reach reach_of(const SegmentsView& segments);

// Returns the state of `process`; Absent if it has no pid.
[[nodiscard]] ProcessState process_state(ProcessId process, Reach reach);

// The process's private physical memory, without the segments and program files; 0 if it cannot be seen.
[[nodiscard]] std::uint64_t private_bytes(ProcessId process, ProcessState state);

// Returns "absent", "running", "stopped", "dead" or "unknown".
[[nodiscard]] std::string_view to_text(ProcessState state) noexcept;

}  // namespace pipeline
