// SPDX-License-Identifier: Apache-2.0
// Waits for room in an output. A pipe or terminal whose reader has stopped would block a writer without
// limit: a program that must not block waits for room first, and gives up.
#pragma once

#include <chrono>
#include <climits>
#include <cstddef>

namespace pipeline {

// A pipe takes a piece of this size whole or, without room, not at all.
inline constexpr std::size_t kPieceBytes = PIPE_BUF;

// True once `fd` has room, false if it has none until the deadline. Also true if poll(2) fails: the write
// then succeeds or reports the error.
[[nodiscard]] bool wait_for_room(int fd, std::chrono::steady_clock::time_point until) noexcept;

}  // namespace pipeline
