// SPDX-License-Identifier: Apache-2.0
// Lets a thread sleep until another one wakes it, or until a descriptor is readable: a condition variable
// cannot wait for descriptors.
#pragma once

#include <chrono>

#include "common/base/fd.hpp"

namespace pipeline {

class Wakeup {
  public:
    // Throws Failure (CannotCreate).
    Wakeup();

    // A descriptor that is readable from wake() to clear(), or to the end of the next sleep().
    [[nodiscard]] int fd() const noexcept { return event_.get(); }
    void clear() const noexcept;

    // Ends the present sleep, or the next one. For any thread.
    void wake() const noexcept;
    // Sleeps until wake() or the bound, or until `fd` is readable (-1: none); returns true in that last case.
    [[nodiscard]] bool sleep(std::chrono::nanoseconds bound, int fd = -1) const noexcept;

  private:
    UniqueFd event_;  // an eventfd(2)
};

// Returns a descriptor that is readable while one of two is. Throws Failure (CannotCreate).
[[nodiscard]] UniqueFd either_of(int one, int other);

}  // namespace pipeline
