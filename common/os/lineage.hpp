// SPDX-License-Identifier: Apache-2.0
// Tells a child whether the supervisor that forked it is dead. The children then drain the pipeline on their
// own. The kernel sends them SIGTERM at that death (PR_SET_PDEATHSIG), which wakes those that wait in
// poll(2). A child also checks is_orphan() at each of its bounded waits.
#pragma once

#include <sys/types.h>
#include <unistd.h>

namespace pipeline {

class Lineage {
  public:
    // `parent` is the supervisor's pid, read before the fork.
    explicit Lineage(pid_t parent) noexcept : parent_(parent) {}
    // True as soon as the supervisor is dead: the child then has another parent.
    [[nodiscard]] bool is_orphan() const noexcept { return ::getppid() != parent_; }

  private:
    pid_t parent_;
};

}  // namespace pipeline
