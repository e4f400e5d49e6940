// SPDX-License-Identifier: Apache-2.0
// Room for output that somebody is to read. A pipe or terminal whose reader has stopped would hold the
// program up for as long as it likes: whoever must not be, waits for room first, and gives up.
#pragma once

#include <chrono>
#include <climits>
#include <cstddef>

namespace pipeline {

// A pipe that has room takes that much whole or, without room, nothing.
inline constexpr std::size_t kPieceBytes = PIPE_BUF;

// True once `fd` takes something, false if it does not until then. A descriptor that cannot be asked takes
// it, or says why not.
[[nodiscard]] bool wait_for_room(int fd, std::chrono::steady_clock::time_point until) noexcept;

}  // namespace pipeline
