// SPDX-License-Identifier: Apache-2.0
// The states of the processes that shared memory names. A pid counts only together with its start time, and
// only in the pid namespace where it was taken: in any other one (another container, or the host) the same
// number is another process. From there one can see by its open files whether a generation lives at all, and
// nothing about its single processes.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/core/segments/segments_view.hpp"
#include "common/os/process_id.hpp"

namespace pipeline {

enum class ProcessState : std::uint8_t {
    Absent,   // not started yet, or left in good order
    Running,  // or asleep: it can go on
    Stopped,  // by a signal or a debugger
    Dead,     // and its name is still registered
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

// `segments`: attached read-only.
[[nodiscard]] Reach reach_of(const SegmentsView& segments);

// An identity without a pid is Absent.
[[nodiscard]] ProcessState process_state(ProcessId process, Reach reach);

// Its private physical memory, without the segments and program files; 0 if that cannot be seen.
[[nodiscard]] std::uint64_t private_bytes(ProcessId process, ProcessState state);

// "absent", "running", "stopped", "dead", "unknown".
[[nodiscard]] std::string_view to_text(ProcessState state) noexcept;

}  // namespace pipeline
