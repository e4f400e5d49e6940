// SPDX-License-Identifier: Apache-2.0
// A child's tie to the supervisor that forked it. After the supervisor's death its children drain by
// themselves. The kernel sends them SIGTERM (PR_SET_PDEATHSIG), which wakes those that wait in poll(2). Every
// child also checks is_orphan() at each of its bounded waits.
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
