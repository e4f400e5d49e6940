// SPDX-License-Identifier: Apache-2.0
// Suspects: invoices that were being processed when consumers died of an unknown cause, as when a program
// kills its process group, or somebody kills everything. Nobody is charged for that. The suspects are retried
// alone: as long as there is one, a single consumer runs, in the place of the first suspect, and leaves once
// its hand is empty. If everything dies again, the one that was alone has done it.
//
// Everything is read from the hands, so that a kill of the supervisor changes nothing: the next one sees the
// same suspects.
#pragma once

#include "common/core/ring.hpp"
#include "supervisor/children/children.hpp"

namespace pipeline {

class Suspicion {
  public:
    // Looks at what an earlier generation has left. No consumer runs yet.
    Suspicion(const Children& children, const Ring& ring) noexcept : children_(children), ring_(ring) {}

    // Consumers have died of an unknown cause.
    void raise() noexcept { is_raised_ = true; }
    // Call it in each round.
    void look() noexcept { is_raised_ = is_raised_ && first() != nullptr; }
    [[nodiscard]] bool is_raised() const noexcept { return is_raised_; }
    // False if the child must wait until the suspects of others have been processed.
    [[nodiscard]] bool may_start(const Child& child) const noexcept;

  private:
    [[nodiscard]] bool has_suspect(const Child& consumer) const noexcept;
    [[nodiscard]] const Child* first() const noexcept;

    const Children& children_;
    Ring ring_;
    bool is_raised_ = true;
};

}  // namespace pipeline
