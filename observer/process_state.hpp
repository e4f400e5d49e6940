// SPDX-License-Identifier: Apache-2.0
// What the system says of a process that has written its pid into shared memory.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string_view>

namespace pipeline {

enum class ProcessState : std::uint8_t {
    Absent,   // there is none: not started yet, or it left in good order
    Running,  // or asleep: it can go on
    Stopped,  // by a signal or by a debugger
    Dead      // and has left its pid behind
};

// `pid` as shared memory has it: whatever is no process id is dead, but 0, which is absent.
[[nodiscard]] ProcessState process_state(std::uint32_t pid);

// The physical memory that is its own: neither that of the segments nor that of program files; 0 if there is
// no such process.
[[nodiscard]] std::uint64_t private_bytes(std::uint32_t pid);

// "absent", "running", "stopped", "dead".
[[nodiscard]] std::string_view to_text(ProcessState state) noexcept;

}  // namespace pipeline
