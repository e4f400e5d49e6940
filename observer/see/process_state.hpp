// SPDX-License-Identifier: Apache-2.0
// What the system says of the processes that shared memory names. A pid is believed together with its start
// time, and only in the pid namespace in which it was taken: in any other one (a container beside this one,
// or its host) the same number is another process. From there can be seen whether a generation lives at all,
// by what it has open, and of its processes no more than that.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/core/segments/segments.hpp"
#include "common/os/process_id.hpp"

namespace pipeline {

enum class ProcessState : std::uint8_t {
    Absent,   // there is none: not started yet, or it left in good order
    Running,  // or asleep: it can go on
    Stopped,  // by a signal or by a debugger
    Dead,     // and has left its name behind
    Unknown,  // it belongs to another pid namespace, where some process of its generation may live
};

// True if the process lives, as far as is known.
[[nodiscard]] constexpr bool may_live(ProcessState state) noexcept {
    return state == ProcessState::Running || state == ProcessState::Stopped || state == ProcessState::Unknown;
}

// How far the processes of a pipeline can be seen from here.
enum class Reach : std::uint8_t {
    Here,            // each of them: they belong to this pid namespace
    DeadElsewhere,   // they belonged to another one, and none is left
    AliveElsewhere,  // they belong to another one, and some live
    Elsewhere,       // they belong to another one, and the system does not say whether any lives
};

// `segments`: attached read-only.
[[nodiscard]] Reach reach_of(const Segments& segments);

// A name without a pid is absent.
[[nodiscard]] ProcessState process_state(ProcessId process, Reach reach);

// The physical memory that is its own: neither that of the segments nor that of program files; 0 if that
// cannot be seen.
[[nodiscard]] std::uint64_t private_bytes(ProcessId process, ProcessState state);

// "absent", "running", "stopped", "dead", "unknown".
[[nodiscard]] std::string_view to_text(ProcessState state) noexcept;

}  // namespace pipeline
