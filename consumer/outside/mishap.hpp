// SPDX-License-Identifier: Apache-2.0
// The meaning of a mishap for a program outside: whether a retry may help, and its line for the user.
#pragma once

#include <cstdint>
#include <string>

#include "common/base/error.hpp"
#include "common/os/spawn.hpp"

namespace pipeline {

// `memory_limit` is that of the program, as in ProgramChild::Setup.

// True if a retry may help: something has run out, or the file is being written.
[[nodiscard]] bool may_pass(const Mishap& mishap, std::uint64_t memory_limit) noexcept;
// The failure as one line about the program `path`.
[[nodiscard]] Failure failure_of(const Mishap& mishap, const std::string& path, std::uint64_t memory_limit);

}  // namespace pipeline
