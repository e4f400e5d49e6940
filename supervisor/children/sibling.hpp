// SPDX-License-Identifier: Apache-2.0
// Starts another program of the pipeline as a child. Only the main thread may do so: the child gets SIGTERM
// when the thread that started it ends. The child inherits the blocked signals. Its standard input is
// /dev/null, or that of this process. It inherits this process's cache memory (cache_memory.hpp).
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

    // True if a word in shared memory (a packed ProcessId) names this child, and not an earlier process with
    // the same pid.
    [[nodiscard]] bool is_named_by(std::uint64_t word) const noexcept {
        return ProcessId{static_cast<std::uint32_t>(pid), started_ticks}.is_same_as(ProcessId::unpack(word));
    }
};

enum class StandardInput { Null, Inherited };

// Starts the first of these files that exists, where DIR is the directory of this program:
// DIR/../libexec/invoice-pipeline/`program` (Meson's libexecdir), where it is installed; DIR/`program`;
// DIR/../`program`/`program`, as in a build tree. `arguments` exclude the program's name. Does not wait for
// the exec: see await_start(). `output`: a descriptor above the standard streams that becomes its standard
// output; -1: it inherits this process's. Throws a Failure from sibling_failure().
[[nodiscard]] Sibling start_sibling(const std::string& program, const std::vector<std::string>& arguments,
                                    StandardInput standard_input, int output = -1);

// Returns a Failure that says why the program could not be started. Its status is CannotCreate if the program
// is missing or cannot be executed. It is InputOutput if a retry may help: because the system has run out of
// something (passing_error.hpp), or because the file is being written.
[[nodiscard]] Failure sibling_failure(const std::string& program, const Mishap& mishap);

}  // namespace pipeline
