// SPDX-License-Identifier: Apache-2.0
// Finds suspects (HandView::is_suspect()) and has them retried. Suspects are invoices that were being
// processed when consumers died of an unknown cause, as when a program kills its process group, or somebody
// kills everything. No invoice is charged for such a death. Each suspect is retried alone instead: as long as
// there is a suspect, a single consumer runs, in the place of the first suspect, and leaves once its hand is
// empty. If everything dies again, the suspect that was processed alone is the cause.
//
// The hands in shared memory hold the suspects, so a kill of the supervisor loses none of them: the next
// supervisor sees the same suspects.
#pragma once

#include "common/core/ring.hpp"
#include "supervisor/children/children.hpp"

namespace pipeline {

class Suspicion {
  public:
    // Raises the suspicion at once, because an earlier generation may have left suspects. Construct it before
    // any consumer starts.
    Suspicion(const Children& children, const Ring& ring) noexcept : children_(children), ring_(ring) {}

    // Call when consumers have died of an unknown cause. Until look() ends the suspicion, only one consumer
    // at a time may start.
    void raise() noexcept { is_raised_ = true; }
    // Ends the suspicion once there is no suspect. Call it in each round of the main loop.
    void look() noexcept { is_raised_ = is_raised_ && first() != nullptr; }
    [[nodiscard]] bool is_raised() const noexcept { return is_raised_; }
    // False if the child must wait until the suspects of other consumers have been processed.
    [[nodiscard]] bool may_start(const Child& child) const noexcept;

  private:
    [[nodiscard]] bool has_suspect(const Child& consumer) const noexcept;
    [[nodiscard]] const Child* first() const noexcept;

    const Children& children_;
    Ring ring_;
    bool is_raised_ = true;
};

}  // namespace pipeline
