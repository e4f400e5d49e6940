// SPDX-License-Identifier: Apache-2.0
// A failure before a program outside was running: its step, and its errno value. The step decides the
// meaning: too little memory for a fork is the host's shortage, and passes; for an exec, --memory-limit may
// be the cause.
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

    // True if a retry may help: something has run out, or the file is being written.
    [[nodiscard]] bool may_pass(std::uint64_t memory_limit) const noexcept;
    // The failure as one line about the program `path`. `memory_limit` as in ProgramChild::Setup.
    [[nodiscard]] Failure failure(const std::string& path, std::uint64_t memory_limit) const;
};

}  // namespace pipeline
