// SPDX-License-Identifier: Apache-2.0
// Starts a sibling program as a child, from the main thread. It gets SIGTERM when this process dies, and
// inherits the blocked signals. Its standard input is /dev/null unless it reads ours.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/error.hpp"
#include "common/os/process_id.hpp"
#include "common/os/spawn.hpp"

namespace pipeline {

struct Sibling : Spawned {
    std::uint64_t started_ticks = 0;  // as in ProcessId

    // True if a word in shared memory (a packed ProcessId) names this child, not an earlier process with its
    // pid.
    [[nodiscard]] bool is_named_by(std::uint64_t word) const noexcept {
        return ProcessId{static_cast<std::uint32_t>(pid), started_ticks}.is_same_as(ProcessId::unpack(word));
    }
};

enum class StandardInput { Null, Inherited };

// Looks for `program` beside this program, then in the folder of that name beside this one's (a build tree).
// `arguments` exclude the program's name. Does not wait for the exec: see await_start(). Throws the Failure
// that sibling_failure() describes.
[[nodiscard]] Sibling start_sibling(const std::string& program, const std::vector<std::string>& arguments,
                                    StandardInput standard_input);

// Why the program could not be started. The status is CannotCreate if it is missing or cannot be executed,
// and InputOutput if a retry may help: something ran out (shortage.hpp), or the file is being written.
[[nodiscard]] Failure sibling_failure(const std::string& program, const Mishap& mishap);

}  // namespace pipeline
