// SPDX-License-Identifier: Apache-2.0
// Judges a failure to start a program outside (a Mishap, common/os/spawn.hpp): whether a retry may help, and
// what to tell the user.
#pragma once

#include <cstdint>
#include <string>

#include "common/base/error.hpp"
#include "common/os/spawn.hpp"

namespace pipeline {

// In both functions, `memory_limit` is the program's limit (ProgramChild::Setup::memory_limit).

// True if a retry may help: the system has run out of something, or the file is being written.
[[nodiscard]] bool may_pass(const Mishap& mishap, std::uint64_t memory_limit) noexcept;
// Returns a Failure NoInput. Its text is one line that says what failed for the program `path`, with advice.
[[nodiscard]] Failure failure_of(const Mishap& mishap, const std::string& path, std::uint64_t memory_limit);

}  // namespace pipeline
