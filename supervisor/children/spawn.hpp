// SPDX-License-Identifier: Apache-2.0
// Starts a sibling program as a child: fork and exec, from the main thread. The child is tied to this
// process: it gets SIGTERM when this process dies, and does not start at all if this process is already dead.
// It inherits the blocked signals. Its standard input is /dev/null unless it reads ours.
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
    std::uint64_t started_ticks = 0;  // as in ProcessId

    // True if a word in shared memory (a packed ProcessId) names this child, not an earlier process with its
    // pid.
    [[nodiscard]] bool is_named_by(std::uint64_t word) const noexcept {
        return ProcessId{static_cast<std::uint32_t>(pid), started_ticks}.is_same_as(ProcessId::unpack(word));
    }
};

enum class StandardInput { Null, Inherited };

// Looks for `program` beside this program, then in the folder of that name beside this one's (a build tree).
// `arguments` exclude the program's name. Throws Failure: CannotCreate if it is missing or not executable;
// InputOutput if a retry may help: something ran out (shortage.hpp), or the file is being written.
[[nodiscard]] SpawnedChild spawn(const std::string& program, const std::vector<std::string>& arguments,
                                 StandardInput standard_input);

}  // namespace pipeline
