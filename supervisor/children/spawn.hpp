// SPDX-License-Identifier: Apache-2.0
// Starts a sibling program as a child: fork and exec, from the main thread. The child is tied to this
// process (SIGTERM when it dies, and no start at all if it is dead already), inherits the blocked
// signals, and has /dev/null as standard input unless it is to read ours.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/fd.hpp"
#include "common/os/process_id.hpp"

namespace pipeline {

struct SpawnedChild {
    pid_t pid = -1;
    UniqueFd pidfd;
    std::uint64_t started_ticks = 0;  // as ProcessId's

    // True if a word in shared memory (a packed ProcessId) names this child, and not one that had its pid
    // before.
    [[nodiscard]] bool is_named_by(std::uint64_t word) const noexcept {
        return ProcessId{static_cast<std::uint32_t>(pid), started_ticks}.is_same_as(ProcessId::unpack(word));
    }
};

enum class StandardInput { Null, Inherited };

// `program` is looked for beside this program, or in the folder of its name beside this one's (a build
// tree); `arguments` are what follows its name. Throws Failure: CannotCreate if it is not there or cannot be
// executed, InputOutput if something has run out (shortage.hpp) or the program is just being written, which a
// later try may mend.
[[nodiscard]] SpawnedChild spawn(const std::string& program, const std::vector<std::string>& arguments,
                                 StandardInput standard_input);

}  // namespace pipeline
