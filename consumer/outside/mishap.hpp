// SPDX-License-Identifier: Apache-2.0
// What went wrong before a program outside was running: in which step, and its errno value. The step decides
// what it means: too little memory for a fork is the host's, and passes; for an exec it may be
// --memory-limit.
#pragma once

#include <cstdint>
#include <string>

#include "common/base/error.hpp"

namespace pipeline {

struct Mishap {
    enum class Step {
        Pipe,
        Fork,
        Pidfd,
        Prepare,  // in the child: its process group, its streams
        Limit,    // in the child: RLIMIT_AS
        Exec,
    };
    Step step = Step::Pipe;
    int error = 0;

    // That it may be over at the next try: something has run out, or the file is just being written.
    [[nodiscard]] bool may_pass(std::uint64_t memory_limit) const noexcept;
    // The line that says so of the program `path`. `memory_limit` as in ProgramChild::Setup.
    [[nodiscard]] Failure failure(const std::string& path, std::uint64_t memory_limit) const;
};

}  // namespace pipeline
