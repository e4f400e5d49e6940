// SPDX-License-Identifier: Apache-2.0
// Waits until an output can take more bytes (has room). A pipe or terminal whose reader has stopped would
// block a writer without limit. A program that must not block waits for room first, and gives up after a
// while.
#pragma once

#include <chrono>
#include <climits>
#include <cstddef>

namespace pipeline {

// A pipe takes a piece of at most this size as a whole or, if it has no room, not at all.
inline constexpr std::size_t kPieceBytes = PIPE_BUF;

// Returns true once `fd` has room, and false if it has none by the time `until`. Returns true also if poll(2)
// fails: the write then succeeds or reports the error.
[[nodiscard]] bool wait_for_room(int fd, std::chrono::steady_clock::time_point until) noexcept;

}  // namespace pipeline
