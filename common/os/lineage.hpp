// SPDX-License-Identifier: Apache-2.0
// A child's tie to the supervisor that forked it. When the supervisor is dead its children drain by
// themselves: the kernel sends them SIGTERM (PR_SET_PDEATHSIG), which wakes those that poll, and all of
// them ask here at each of their bounded waits.
#pragma once

#include <sys/types.h>
#include <unistd.h>

namespace pipeline {

class Lineage {
  public:
    // `parent` is the pid that the supervisor had before it forked.
    explicit Lineage(pid_t parent) noexcept : parent_(parent) {}
    // True from the moment on when the supervisor is dead: the child then belongs to another process.
    [[nodiscard]] bool is_orphan() const noexcept { return ::getppid() != parent_; }

  private:
    pid_t parent_;
};

}  // namespace pipeline
